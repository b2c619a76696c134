package understudy.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.evaluate.Estimate;
import understudy.evaluate.HeldOutIntervals;
import understudy.evaluate.HeldOutScore;

/// Bits per character of a run beside those of something else, as a table and as JSON.
///
/// @param beside    what the run is compared with
/// @param before    the scores of that
/// @param after     the run's
/// @param all       intervals over all conversations
/// @param perPerson intervals of each person
record ScoreText(
        Beside beside,
        HeldOutScore.Scores before,
        HeldOutScore.Scores after,
        HeldOutIntervals all,
        Map<String, HeldOutIntervals> perPerson) {
    /// People shown; the rest is in `--json`.
    private static final int SHOWN = 12;

    /// What a run is compared with.
    ///
    /// @param key    of its figures in the JSON
    /// @param column their heading in the table
    record Beside(String key, String column) {
        static final Beside BASE = new Beside("before", "base");
        static final Beside OTHER = new Beside("against", "other");
    }

    /// @param before of the conversations of `after`
    static ScoreText of(
            Beside beside, HeldOutScore.Scores before, HeldOutScore.Scores after, long seed) {
        return new ScoreText(
                beside,
                before,
                after,
                HeldOutIntervals.of(before, after, seed),
                HeldOutIntervals.perPerson(before, after, seed));
    }

    void show(Console console) {
        console.say(
                "bits per character of "
                        + Numbers.grouped(after.all().characters())
                        + " characters you wrote later, which training never saw; lower is better");
        console.say("");
        console.say(
                String.format(
                        Locale.ROOT,
                        "  %-24s %10s %8s %8s %8s",
                        "with",
                        "characters",
                        beside.column,
                        "clone",
                        "change"));
        line(console, "everybody", before.all(), after.all());
        int shown = 0;
        for (Map.Entry<String, HeldOutScore.Score> person : after.perPerson().entrySet()) {
            if (shown++ == SHOWN) {
                console.say("  ... and " + (after.perPerson().size() - SHOWN) + " more");
                break;
            }
            HeldOutScore.Score was = before.perPerson().get(person.getKey());
            if (was != null && person.getValue().characters() > 0) {
                line(console, person.getKey(), was, person.getValue());
            }
        }
        console.say("");
        console.say("  " + change());
        console.say("");
    }

    private String change() {
        Estimate change = all.change();
        if (!change.hasInterval()) {
            return "too few conversations (" + all.conversations() + ") for an interval";
        }
        return String.format(
                Locale.ROOT,
                "change %+.3f bits, 95%% interval %+.3f to %+.3f over %d conversations%s",
                change.value(),
                change.low(),
                change.high(),
                all.conversations(),
                change.clearOf(0) ? "" : ": too close to tell");
    }

    private static void line(
            Console console, String name, HeldOutScore.Score before, HeldOutScore.Score after) {
        double was = before.bitsPerCharacter();
        double is = after.bitsPerCharacter();
        console.say(
                String.format(
                        Locale.ROOT,
                        "  %-24s %10s %8.3f %8.3f %+7.1f%%",
                        Shown.safe(name, 24),
                        Numbers.grouped(after.characters()),
                        was,
                        is,
                        100 * (is / was - 1)));
    }

    Map<String, Object> json(String run) {
        List<Map<String, Object>> people = new ArrayList<>();
        after.perPerson()
                .forEach((name, score) -> {
                    HeldOutScore.Score was = before.perPerson().get(name);
                    if (was != null && score.characters() > 0) {
                        Map<String, Object> person = new LinkedHashMap<>();
                        person.put("person", name);
                        person.put("own_characters", score.characters());
                        person.put("bpc_" + beside.key, Numbers.round(was.bitsPerCharacter(), 4));
                        person.put("bpc_after", Numbers.round(score.bitsPerCharacter(), 4));
                        intervals(person, perPerson.get(name));
                        people.add(person);
                    }
                });
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", run);
        json.put("bpc_" + beside.key, Numbers.round(before.all().bitsPerCharacter(), 4));
        json.put("bpc_after", Numbers.round(after.all().bitsPerCharacter(), 4));
        json.put("own_characters", after.all().characters());
        json.put("own_tokens", after.all().tokens());
        intervals(json, all);
        json.put("per_person", people);
        return json;
    }

    /// [#json] and the losses of each row, as they are kept in the run's folder: with the rows of
    /// `evaluate --rows` another program's losses can be held against them one by one.
    Map<String, Object> report(String run) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < after.perRow().size(); i++) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("own_tokens", after.perRow().get(i).tokens());
            row.put("nats_" + beside.key, Numbers.round(before.perRow().get(i).nats(), 3));
            row.put("nats_after", Numbers.round(after.perRow().get(i).nats(), 3));
            rows.add(row);
        }
        Map<String, Object> json = json(run);
        json.put("per_row", rows);
        return json;
    }

    private void intervals(Map<String, Object> json, @Nullable HeldOutIntervals intervals) {
        if (intervals != null) {
            json.put("conversations", intervals.conversations());
            json.put(beside.key, intervals.before().tree());
            json.put("after", intervals.after().tree());
            json.put("change", intervals.change().tree());
        }
    }
}
