package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FairQueueTest {
    private static List<String> drain(FairQueue<String> queue) {
        List<String> order = new ArrayList<>();
        for (String work = queue.next(); work != null; work = queue.next()) {
            order.add(work);
        }
        return order;
    }

    @Test
    void clientsTakeTurnsAndEachKeepsItsOrder() {
        FairQueue<String> queue = new FairQueue<>();
        for (String work : List.of("a1", "a2", "a3", "b1", "c1", "b2")) {
            queue.add(work.substring(0, 1), work);
        }
        assertThat(queue.size()).isEqualTo(6);
        assertThat(drain(queue)).containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
        assertThat(queue.size()).isZero();
        assertThat(queue.next()).isNull();
    }

    @Test
    void whatIsTakenBackIsNotHandedOut() {
        FairQueue<String> queue = new FairQueue<>();
        queue.add("a", "a1");
        queue.add("a", "a2");
        queue.add("b", "b1");
        assertThat(queue.remove("a", "a1")).isTrue();
        assertThat(queue.remove("a", "a1")).isFalse();
        assertThat(queue.remove("c", "c1")).isFalse();
        assertThat(queue.remove("b", "b1")).isTrue();
        assertThat(queue.size()).isEqualTo(1);
        assertThat(drain(queue)).containsExactly("a2");
    }

    /// However much one client asks for, another one waits for one text of each client at most.
    @Test
    void nobodyWaitsForMoreThanOneTextOfEachOther() {
        long seed = 5;
        Random random = new Random(seed);
        FairQueue<String> queue = new FairQueue<>();
        int clients = 7;
        Map<String, Integer> served = new HashMap<>();
        Map<String, Integer> waitingSince = new HashMap<>();
        int turn = 0;
        int count = 0;
        for (int i = 0; i < 3000; i++) {
            if (random.nextInt(3) > 0 || queue.size() == 0) {
                String client =
                        Integer.toString((int) Math.sqrt(random.nextInt(clients * clients)));
                queue.add(client, client + ":" + count++);
                waitingSince.putIfAbsent(client, turn);
                continue;
            }
            String work = queue.next();
            assertThat(work).isNotNull();
            String client = work.substring(0, work.indexOf(':'));
            turn++;
            assertThat(turn - waitingSince.getOrDefault(client, turn))
                    .as("turns that client %s waited, seed %d", client, seed)
                    .isLessThanOrEqualTo(clients);
            waitingSince.put(client, turn);
            int number = Integer.parseInt(work.substring(work.indexOf(':') + 1));
            assertThat(number)
                    .as("order within a client")
                    .isGreaterThan(served.getOrDefault(client, -1));
            served.put(client, number);
            if (!queue.clients().contains(client)) {
                waitingSince.remove(client);
            }
        }
    }
}
