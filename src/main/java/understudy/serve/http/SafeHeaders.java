package understudy.serve.http;

import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

/// Headers of every answer, errors of the parser included: nothing is run, framed, guessed at,
/// kept or shown to other sites. Pages set a policy of their own.
public final class SafeHeaders {
    private static final List<HttpField> ALL =
            List.of(
                    new HttpField(
                            "Content-Security-Policy",
                            "default-src 'none'; frame-ancestors 'none'"),
                    new HttpField("X-Content-Type-Options", "nosniff"),
                    new HttpField("X-Frame-Options", "DENY"),
                    new HttpField("Referrer-Policy", "no-referrer"),
                    new HttpField("Cross-Origin-Resource-Policy", "same-origin"),
                    new HttpField("Cache-Control", "no-store"));

    private SafeHeaders() {}

    public static void put(HttpFields.Mutable headers) {
        ALL.forEach(headers::put);
    }
}
