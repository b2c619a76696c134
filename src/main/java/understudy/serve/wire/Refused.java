package understudy.serve.wire;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Fields that the API whose form a request has knows, and this server does not apply. Whoever
/// sends one is told so; `null` counts as absent.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Refused.All.class)
public @interface Refused {
    String[] value();

    /// Why, or what to do instead; ends the sentence that begins with the field's name.
    String because();

    /// Several of them.
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        Refused[] value();
    }
}
