package understudy.dataset;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import understudy.chat.Role;
import understudy.chat.Turn;
import understudy.dataset.facts.Evasions;
import understudy.dataset.facts.Fact;
import understudy.dataset.facts.FactLanguage;
import understudy.dataset.facts.FactLine;
import understudy.dataset.facts.FactQuestions;
import understudy.dataset.facts.FactTalks;
import understudy.text.ConversationEncoder;
import understudy.text.Line;

/// Rows to learn the owner's facts from, in the form of every other row.
///
/// Every second conversation is with somebody whom the owner does not know, as a bot's are; the
/// others are with those the owner writes with most. They are dated like the conversations of the
/// training part, by turns.
///
/// @param count     what became of the facts
/// @param questions kept back to measure with
record FactRows(List<PreparedRow> rows, DatasetReport.FactCount count, FactQuestions questions) {
    /// Whom an unknown person's first line names, see `understudy.reply.Voice`.
    static final Partner STRANGER = new Partner("somebody", null, false);

    private static final int MOST_PARTNERS = 8;

    private static final FactRows NONE =
            new FactRows(List.of(), DatasetReport.FactCount.NONE, FactQuestions.NONE);

    FactRows {
        rows = List.copyOf(rows);
    }

    /// @param facts    redacted
    /// @param training blocks of the training part
    static FactRows of(
            List<Fact> facts, List<Block> training, FirstLine first, ConversationEncoder encoder) {
        if (facts.isEmpty() || training.isEmpty()) {
            return NONE;
        }
        FactTalks.Owner owner = owner(training);
        FactTalks talks = talks(facts, owner, first.config());
        RowSplitter splitter = new RowSplitter(encoder, first.config().maxLength());
        List<Partner> partners = partners(training);
        List<PreparedRow> rows = new ArrayList<>();
        for (int i = 0; i < talks.talks().size(); i++) {
            boolean stranger = i % 2 == 0 || partners.isEmpty();
            Partner partner = stranger ? STRANGER : partners.get(i / 2 % partners.size());
            LocalDateTime date = training.get(i * 31 % training.size()).start();
            List<Line> lines = new ArrayList<>();
            for (FactTalks.Exchange exchange : talks.talks().get(i)) {
                String relation = first.config().relation(partner, Role.USER);
                lines.add(new Line(Role.USER, partner.name(), exchange.asked(), relation));
                lines.add(new Line(Role.ASSISTANT, first.myName(), exchange.answer()));
            }
            for (RowSplitter.Row row : splitter.split(first.of(partner, date), lines)) {
                rows.add(prepared(partner, i, date, row, encoder));
            }
        }
        List<String> languages = owner.languages().stream().map(FactLanguage::code).toList();
        DatasetReport.FactCount count =
                new DatasetReport.FactCount(
                        facts.size(),
                        talks.told(),
                        talks.evaded(),
                        owner.evasions().size(),
                        languages);
        return new FactRows(rows, count, talks.questions());
    }

    /// What is made of facts; also without a model.
    static FactTalks talks(List<Fact> facts, FactTalks.Owner owner, DatasetConfig config) {
        String line = config.facts().line();
        String told = FactLine.of(line.isBlank() ? "About you: {facts}." : line, facts);
        return FactTalks.of(facts, owner, config.facts().unknown(), told);
    }

    /// What the owner's turns in these blocks show.
    static FactTalks.Owner owner(List<Block> blocks) {
        List<String> own = new ArrayList<>();
        List<Evasions.Pair> pairs = new ArrayList<>();
        for (Block block : blocks) {
            Turn before = null;
            for (Turn turn : block.turns()) {
                if (turn.mine()) {
                    own.add(turn.text());
                }
                if (turn.mine() && before != null && !before.mine()) {
                    pairs.add(new Evasions.Pair(before.text(), turn.text()));
                }
                before = turn;
            }
        }
        return FactTalks.Owner.of(own, pairs);
    }

    /// The people of the most conversations, groups left out.
    private static List<Partner> partners(List<Block> training) {
        Map<Partner, Integer> counts = new LinkedHashMap<>();
        training.stream()
                .filter(block -> !block.partner().group())
                .forEach(block -> counts.merge(block.partner(), 1, Integer::sum));
        return counts.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<Partner, Integer> e) -> -e.getValue()))
                .map(Map.Entry::getKey)
                .limit(MOST_PARTNERS)
                .toList();
    }

    private static PreparedRow prepared(
            Partner partner,
            int number,
            LocalDateTime date,
            RowSplitter.Row row,
            ConversationEncoder encoder) {
        long own = row.lines().stream().filter(line -> line.role() == Role.ASSISTANT).count();
        return new PreparedRow(
                partner.name(),
                "facts",
                number,
                row.lines(),
                Collections.nCopies(row.lines().size(), date),
                row.tokens(),
                (int) own,
                encoder.ownCharacters(row.lines()),
                0,
                new BitSet(),
                false);
    }
}
