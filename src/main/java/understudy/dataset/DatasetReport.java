package understudy.dataset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import understudy.privacy.Kind;

/// What became of every message: `messagesRead` = messages of all parts + dropped.
///
/// @param messagesRead lines in the store, those of the app itself included
/// @param parts        what each part holds
/// @param dropped      the rest, by reason
/// @param splitBlocks  blocks that were too long for one row
/// @param shortened    turns that were too long for one row
/// @param people       whom the rows for training are with, most rows first
/// @param lengths      tokens of each row for training
/// @param notLearned   own turns of rows to learn from that are read and not learned, by reason
/// @param corrected    what became of the owner's corrections; their rows are among those of the
///                     training part, which they add no messages and no blocks to
/// @param redacted     what was replaced by pseudonyms, by writer
/// @param canaries     made-up secrets that were planted, and the turns that hold them
/// @param facts        what became of the owner's facts; their rows are a part of their own
public record DatasetReport(
        long messagesRead,
        Map<Part, PartCount> parts,
        List<Dropped> dropped,
        int splitBlocks,
        Shortened shortened,
        List<PersonCount> people,
        List<Integer> lengths,
        Map<NotLearned.Reason, Integer> notLearned,
        Corrected corrected,
        List<Redacted> redacted,
        Planted canaries,
        FactCount facts) {

    public DatasetReport {
        parts = Map.copyOf(parts);
        dropped = List.copyOf(dropped);
        people = List.copyOf(people);
        lengths = List.copyOf(lengths);
        redacted = List.copyOf(redacted);
        notLearned = Map.copyOf(notLearned);
        long kept = parts.values().stream().mapToLong(PartCount::messages).sum();
        long lost = dropped.stream().mapToLong(Dropped::messages).sum();
        if (kept + lost != messagesRead) {
            throw new IllegalArgumentException(
                    messagesRead + " read, " + kept + " kept, " + lost + " dropped");
        }
    }

    /// @param messages      of the store, joined or not
    /// @param blocks        conversations
    /// @param rows          at least one a block
    /// @param tokens        of all rows
    /// @param learnedTokens targets among them
    /// @param ownTurns      turns of the owner
    /// @param ownCharacters their code points, joining line breaks included
    public record PartCount(
            long messages,
            int blocks,
            int rows,
            long tokens,
            long learnedTokens,
            int ownTurns,
            long ownCharacters) {
        Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("messages", messages);
            tree.put("blocks", blocks);
            tree.put("rows", rows);
            tree.put("tokens", tokens);
            tree.put("learned_tokens", learnedTokens);
            tree.put("own_turns", ownTurns);
            tree.put("own_characters", ownCharacters);
            return tree;
        }
    }

    /// @param messages how many
    /// @param chat     where the first of them is
    /// @param date     when that was sent, ISO; with `chat` enough to find it
    public record Dropped(DropReason reason, long messages, String chat, String date) {}

    /// @param turns      how many turns lost something
    /// @param characters code points that they lost
    /// @param chat       where the first of them is; null where there is none
    /// @param date       when that was sent, ISO; null where there is none
    public record Shortened(
            int turns, long characters, @Nullable String chat, @Nullable String date) {}

    /// @param person the other person, or the group
    /// @param weight how often an epoch reads their rows in the mean, see [PersonBalance]
    public record PersonCount(
            String person, int rows, int ownTurns, long learnedTokens, double weight) {}

    /// What became of corrections: `read` = `rows` + dropped.
    ///
    /// @param read    lines of the file that are not blank
    /// @param rows    one each
    /// @param dropped the rest, by reason
    public record Corrected(int read, int rows, List<DroppedCorrections> dropped) {
        public Corrected {
            dropped = List.copyOf(dropped);
            int lost = dropped.stream().mapToInt(DroppedCorrections::corrections).sum();
            if (rows + lost != read) {
                throw new IllegalArgumentException(
                        read + " read, " + rows + " kept, " + lost + " dropped");
            }
        }

        Map<String, Object> tree() {
            List<Object> reasons = new ArrayList<>();
            for (DroppedCorrections drop : dropped) {
                Map<String, Object> inner = new LinkedHashMap<>();
                inner.put("reason", drop.reason.key());
                inner.put("corrections", drop.corrections);
                inner.put("example", Map.of("line", drop.line));
                reasons.add(inner);
            }
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("read", read);
            tree.put("rows", rows);
            tree.put("dropped", reasons);
            return tree;
        }
    }

    /// @param line number of the first of them in the file, from 1
    public record DroppedCorrections(CorrectionDrop reason, int corrections, int line) {}

    /// What was replaced in one writer's messages; never what stood there.
    ///
    /// @param person who wrote it
    /// @param kinds  places by kind
    public record Redacted(String person, Map<Kind, Long> kinds) {
        public Redacted {
            kinds = new TreeMap<>(kinds);
        }

        long places() {
            return kinds.values().stream().mapToLong(Long::longValue).sum();
        }

        Map<String, Object> tree() {
            Map<String, Object> byKind = new LinkedHashMap<>();
            kinds.forEach((kind, count) -> byKind.put(kind.key(), count));
            return Map.of("person", person, "kinds", byKind);
        }
    }

    /// @param different made-up secrets
    /// @param turns     turns of the training part that hold one
    public record Planted(int different, int turns) {
        static final Planted NONE = new Planted(0, 0);
    }

    /// @param read      facts in the owner's file
    /// @param told      questions about them that are answered
    /// @param evaded    questions about unknown facts that are answered by an evasion
    /// @param evasions  different ones that the owner wrote
    /// @param languages of the questions, such as `en`
    public record FactCount(int read, int told, int evaded, int evasions, List<String> languages) {
        static final FactCount NONE = new FactCount(0, 0, 0, 0, List.of());

        public FactCount {
            languages = List.copyOf(languages);
        }

        Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("read", read);
            tree.put("told", told);
            tree.put("evaded", evaded);
            tree.put("evasions", evasions);
            tree.put("languages", languages);
            return tree;
        }
    }

    /// Places by kind over all writers.
    public Map<Kind, Long> redactedByKind() {
        Map<Kind, Long> all = new TreeMap<>();
        redacted.forEach(r -> r.kinds.forEach((kind, count) -> all.merge(kind, count, Long::sum)));
        return all;
    }

    public PartCount part(Part part) {
        return parts.getOrDefault(part, new PartCount(0, 0, 0, 0, 0, 0, 0));
    }

    /// As JSON, for `report.json`.
    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("messages_read", messagesRead);
        for (Part part : Part.values()) {
            PartCount count = part(part);
            if (part == Part.FACTS && count.rows == 0) {
                continue;
            }
            tree.put(part.key(), count.tree());
        }
        List<Object> reasons = new ArrayList<>();
        for (Dropped drop : dropped) {
            Map<String, Object> inner = new LinkedHashMap<>();
            inner.put("reason", drop.reason.key());
            inner.put("messages", drop.messages);
            inner.put("example", Map.of("chat", drop.chat, "date", drop.date));
            reasons.add(inner);
        }
        tree.put("dropped", reasons);
        tree.put("split_blocks", splitBlocks);
        Map<String, Object> cut = new LinkedHashMap<>();
        cut.put("turns", shortened.turns);
        cut.put("characters", shortened.characters);
        if (shortened.chat != null && shortened.date != null) {
            cut.put("example", Map.of("chat", shortened.chat, "date", shortened.date));
        }
        tree.put("shortened", cut);
        Map<String, Object> unlearned = new LinkedHashMap<>();
        for (NotLearned.Reason reason : NotLearned.Reason.values()) {
            unlearned.put(reason.key(), notLearned.getOrDefault(reason, 0));
        }
        tree.put("turns_not_learned", unlearned);
        long all = people.stream().mapToLong(PersonCount::learnedTokens).sum();
        List<Object> partners = new ArrayList<>();
        for (PersonCount count : people) {
            Map<String, Object> inner = new LinkedHashMap<>();
            inner.put("person", count.person);
            inner.put("rows", count.rows);
            inner.put("own_turns", count.ownTurns);
            inner.put("learned_tokens", count.learnedTokens);
            inner.put("share", share((double) count.learnedTokens, all));
            inner.put("share_balanced", share(count.weight * count.learnedTokens, all));
            partners.add(inner);
        }
        tree.put("people", partners);
        tree.put("row_tokens", lengths);
        tree.put("corrections", corrected.tree());
        tree.put("redacted", redacted.stream().map(Redacted::tree).toList());
        tree.put("canaries", Map.of("different", canaries.different(), "turns", canaries.turns()));
        if (facts.read > 0) {
            tree.put("facts_file", facts.tree());
        }
        return tree;
    }

    private static double share(double tokens, long all) {
        return all == 0 ? 0 : Math.round(10_000 * tokens / all) / 10_000.0;
    }

    /// `reason: messages`, for `--json`.
    public Map<String, Long> droppedByReason() {
        Map<String, Long> byReason = new LinkedHashMap<>();
        dropped.forEach(d -> byReason.put(d.reason.key(), d.messages));
        return byReason;
    }
}
