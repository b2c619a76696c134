package understudy.serve.http;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import understudy.base.Json;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.RequestReader;

/// Reads requests' bodies: JSON, declared as such, no longer than allowed.
///
/// @param most bytes of a body
public record JsonBody(int most) {
    /// NaN and Infinity are read, so that the error can name the field they stand in.
    private static final JsonMapper MAPPER =
            Json.json().rebuild().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    /// @throws ApiError 400, 413 or 415
    public <T extends Record> T read(Context context, Class<T> type) {
        return RequestReader.read(tree(context), type);
    }

    private JsonNode tree(Context context) {
        requireJson(context.req().getContentType());
        byte[] bytes = bytes(context);
        JsonNode tree;
        try {
            tree = MAPPER.readTree(bytes);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String where =
                    at == null
                            ? ""
                            : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
            throw ApiError.request(400, "the body is not valid JSON" + where, "invalid_json");
        }
        if (tree.isMissingNode()) {
            throw ApiError.request(400, "the body is empty; it must be JSON", "invalid_json");
        }
        return tree;
    }

    /// A web page can send other types to any server without asking it first; this one it cannot.
    private static void requireJson(@Nullable String contentType) {
        String given = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        String[] parts = given.split(";", 2);
        boolean utf8 =
                parts.length == 1
                        || !parts[1].contains("charset")
                        || parts[1].replace("\"", "").strip().matches("charset\\s*=\\s*utf-?8");
        if (!parts[0].strip().equals("application/json") || !utf8) {
            throw ApiError.request(
                    415,
                    "send the body as JSON, with the header Content-Type: application/json",
                    "unsupported_media_type");
        }
    }

    private byte[] bytes(Context context) {
        if (context.req().getContentLengthLong() > most) {
            throw tooLarge();
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (InputStream in = context.req().getInputStream()) {
            byte[] part = new byte[1 << 14];
            int read = in.read(part);
            while (read >= 0) {
                if (all.size() + read > most) {
                    throw tooLarge(); // a body in chunks says no length before
                }
                all.write(part, 0, read);
                read = in.read(part);
            }
        } catch (IOException e) {
            throw new BodyFailed(e);
        }
        return all.toByteArray();
    }

    /// The connection broke or was too slow; [Errors] knows what Jetty makes of it.
    @SuppressWarnings("serial") // errors are never serialised
    static final class BodyFailed extends RuntimeException {
        BodyFailed(IOException cause) {
            super(cause);
        }
    }

    private ApiError tooLarge() {
        return ApiError.request(
                413, "the body is too large; this server takes " + most + " bytes", "too_large");
    }
}
