package understudy.serve.wire;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// How a type stands in JSON where that is no object with its components: text or a list of it,
/// for instance.
public interface Shape<T> {
    /// @param path of the field, for errors
    /// @throws ApiError where `node` has not this shape
    T read(JsonNode node, String path);

    /// JSON schema of it.
    ObjectNode schema();

    /// Names the shape of a type; the class needs a constructor without parameters.
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface Of {
        Class<? extends Shape<?>> value();
    }
}
