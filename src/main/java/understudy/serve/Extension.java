package understudy.serve;

import io.javalin.config.JavalinConfig;
import java.util.List;
import org.eclipse.jetty.server.ServerConnector;
import understudy.serve.http.InFlight;
import understudy.serve.http.Route;

/// What else belongs to a server: who is let in, bounds, health, counters.
public interface Extension {
    /// Routes of its own.
    default List<Route> routes() {
        return List.of();
    }

    /// Called before the server's own settings and routes; handlers that come before all others
    /// are registered here.
    ///
    /// @param routes every route there is
    default void configure(JavalinConfig config, List<Route> routes) {}

    /// Called before the connector opens its port.
    default void connector(ServerConnector connector) {}

    /// Called once, before the server starts.
    ///
    /// @param requests that are being answered, and whether the server is stopping
    default void serving(InFlight requests) {}
}
