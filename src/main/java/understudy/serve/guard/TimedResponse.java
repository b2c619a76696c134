package understudy.serve.guard;

import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/// A response whose writes are timed.
final class TimedResponse extends Response.Wrapper {
    private final Connections.Watch watch;

    TimedResponse(Request request, Response response, Connections.Watch watch) {
        super(request, response);
        this.watch = watch;
    }

    @Override
    public void write(boolean last, @Nullable ByteBuffer content, Callback callback) {
        watch.writing();
        super.write(last, content, new Written(callback));
    }

    private final class Written implements Callback {
        private final Callback callback;

        private Written(Callback callback) {
            this.callback = callback;
        }

        @Override
        public void succeeded() {
            watch.written();
            callback.succeeded();
        }

        @Override
        public void failed(Throwable cause) {
            watch.written();
            callback.failed(cause);
        }

        @Override
        public Invocable.InvocationType getInvocationType() {
            return callback.getInvocationType();
        }
    }
}
