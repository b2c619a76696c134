package understudy.serve.wire;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a field of a request or an answer means, and what may stand in it; on a record, what the
/// whole object is.
///
/// A request's field may be absent where it has a [#standard()] or its type is nullable. An
/// answer's field is absent only where Jackson is told to leave nulls out.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.RECORD_COMPONENT, ElementType.TYPE})
public @interface Field {
    /// The description, a sentence or two for somebody who calls the API.
    String value();

    /// Smallest number.
    double min() default Double.NEGATIVE_INFINITY;

    /// Greatest number.
    double max() default Double.POSITIVE_INFINITY;

    /// Fewest characters or items.
    int least() default 0;

    /// Most characters or items.
    int most() default Integer.MAX_VALUE;

    /// What counts where the field is absent, as JSON.
    String standard() default "";

    /// Whether `null` may stand there, meaning the same as absence. In an answer, whatever is not
    /// left out where it is null may be null without this.
    boolean nullable() default false;

    /// The only words that may stand there.
    String[] choices() default {};

    /// Regular expression of the whole text.
    String pattern() default "";
}
