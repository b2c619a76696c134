package understudy.serve.api;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import understudy.serve.http.Route;

/// The routes of this package.
public final class ApiRoutes {
    private ApiRoutes() {}

    /// @param clock whose date is today's in first lines
    public static List<Route> of(Writing writing, People people, Clock clock) {
        List<Route> all = new ArrayList<>();
        all.add(new GenerateRoute(writing).route());
        all.add(new ChatRoute(writing, people, clock).route());
        all.add(new CompletionRoute(writing, clock).route());
        all.addAll(new ModelRoutes(writing).routes());
        return all;
    }
}
