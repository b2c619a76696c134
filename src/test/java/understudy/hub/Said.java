package understudy.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/// Keeps what a download says, and checks that it never claims more bytes than there are.
final class Said implements Progress {
    final List<String> lines = new ArrayList<>();

    @Override
    public void say(String line) {
        lines.add(line);
    }

    @Override
    public void bytes(String file, long done, long total) {
        assertThat(done).isBetween(0L, total);
    }
}
