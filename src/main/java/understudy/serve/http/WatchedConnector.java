package understudy.serve.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;

/// Takes connections that can be asked whether the other side is still there.
///
/// Jetty reads nothing while a request is being answered, and so does not notice that its client
/// has closed the connection until it writes. A model may compute for minutes before that. Here a
/// connection can be read ahead a little; what comes is kept for Jetty's next read.
public final class WatchedConnector extends ServerConnector {
    /// @param port 0 for one that is free
    public WatchedConnector(Server server, HttpConfiguration http, String host, int port) {
        super(server, new HttpConnectionFactory(http));
        setHost(host);
        setPort(port);
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        Watched endPoint = new Watched(channel, selector, key, getScheduler());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    /// Whether the client has closed its side. Cheap, but a system call.
    public static boolean gone(HttpServletRequest request) {
        EndPoint endPoint =
                ServletContextRequest.getServletContextRequest(request)
                        .getConnectionMetaData()
                        .getConnection()
                        .getEndPoint();
        return !endPoint.isOpen() || (endPoint instanceof Watched watched && watched.ended());
    }

    /// A connection. One thread at a time uses it, the request's or Jetty's, but for the two
    /// methods that touch `ahead`.
    private static final class Watched extends SocketChannelEndPoint {
        private static final int AHEAD_BYTES = 512;

        private final ByteBuffer ahead = ByteBuffer.allocate(AHEAD_BYTES).flip();

        private Watched(
                SocketChannel channel,
                ManagedSelector selector,
                SelectionKey key,
                Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        private boolean ended() {
            synchronized (ahead) {
                if (ahead.hasRemaining()) {
                    return false; // the next request has come already
                }
                try {
                    ahead.clear();
                    int read = getChannel().read(ahead);
                    ahead.flip();
                    return read < 0;
                } catch (IOException e) {
                    ahead.flip();
                    return true; // reset by the other side
                }
            }
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            synchronized (ahead) {
                if (ahead.hasRemaining()) {
                    notIdle();
                    return BufferUtil.append(buffer, ahead);
                }
            }
            return super.fill(buffer);
        }

        @Override
        protected void needsFillInterest() {
            boolean ready;
            synchronized (ahead) {
                ready = ahead.hasRemaining();
            }
            if (ready) {
                // the system will not tell of bytes that were read from it already
                Thread.startVirtualThread(() -> getFillInterest().fillable());
            } else {
                super.needsFillInterest();
            }
        }
    }
}
