package understudy.serve.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import understudy.serve.wire.Fields;

/// An answer in server-sent events: `data: {json}` and an empty line, at the end `data: [DONE]`.
///
/// The status line goes out with the first event, so that whatever fails before can still be told
/// by its status.
public final class EventStream {
    private final Context context;
    private final InFlight.Request request;
    private @Nullable OutputStream out;

    private EventStream(Context context, InFlight.Request request) {
        this.context = context;
        this.request = request;
    }

    /// Answers `context` with what `body` sends. What `body` throws after its first event becomes
    /// an event itself.
    public static void answer(
            Context context, InFlight.Request request, Errors errors, Consumer<EventStream> body) {
        EventStream events = new EventStream(context, request);
        try {
            body.accept(events);
        } catch (ClientGone e) {
            throw e;
        } catch (RuntimeException e) {
            if (events.out == null) {
                throw e;
            }
            events.send(errors.of(e).body());
        }
        events.write("[DONE]");
    }

    /// Sends an event.
    ///
    /// @throws ClientGone where the client is not there any more
    public void send(Object json) {
        write(Fields.mapper().writeValueAsString(json));
    }

    private void write(String data) {
        try {
            OutputStream to = out;
            if (to == null) {
                context.status(200);
                context.res().setContentType(Route.EVENTS);
                context.res().setCharacterEncoding("UTF-8");
                context.res().setHeader("Cache-Control", "no-cache");
                context.res().setHeader("X-Accel-Buffering", "no"); // proxies would collect events
                to = context.res().getOutputStream();
                out = to;
            }
            to.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
            to.flush();
        } catch (IOException e) {
            request.gone();
            throw new ClientGone();
        }
    }
}
