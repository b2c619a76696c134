package understudy.dataset;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.chat.Correction;
import understudy.chat.Person;
import understudy.chat.Role;
import understudy.store.Corrections;
import understudy.text.ConversationEncoder;
import understudy.text.Line;

/// Makes a row for training of each correction: the history, then what the owner says instead.
///
/// Only the correction is learned, see [DatasetConfig#lastOwnTurn]. Own lines that end the history
/// are left out: some templates join them to what follows, and then a model's words were learned.
/// A history that is too long loses its beginning. `min_tokens` does not apply, because a
/// correction is short on purpose; and no correction is ever held out, because it answers a draft
/// and not a person.
///
/// @param rows  in the order of the file
/// @param count what became of all of them
record CorrectionRows(List<PreparedRow> rows, DatasetReport.Corrected count) {
    CorrectionRows {
        rows = List.copyOf(rows);
    }

    /// @param people everybody in the store, for their relation to the owner
    /// @param first  the first line of the dataset's rows
    static CorrectionRows of(
            Corrections.Read read,
            Collection<Person> people,
            FirstLine first,
            ConversationEncoder encoder) {
        Maker maker = new Maker(people, first, first.config(), encoder);
        Map<String, Integer> lastLine = new HashMap<>();
        read.corrections().forEach(c -> lastLine.put(c.correction().id(), c.line()));
        Map<CorrectionDrop, List<Integer>> dropped = new EnumMap<>(CorrectionDrop.class);
        if (!read.unreadable().isEmpty()) {
            dropped.put(CorrectionDrop.UNREADABLE, read.unreadable());
        }
        List<PreparedRow> rows = new ArrayList<>();
        for (Corrections.Numbered numbered : read.corrections()) {
            Correction correction = numbered.correction();
            PreparedRow row = null;
            CorrectionDrop reason = null;
            if (!Integer.valueOf(numbered.line()).equals(lastLine.get(correction.id()))) {
                reason = CorrectionDrop.REPLACED;
            } else if (correction.correction().isBlank()) {
                reason = CorrectionDrop.EMPTY;
            } else {
                row = maker.row(correction, rows.size());
                reason = row == null ? CorrectionDrop.TOO_LONG : null;
            }
            if (row != null) {
                rows.add(row);
            } else if (reason != null) {
                dropped.computeIfAbsent(reason, r -> new ArrayList<>()).add(numbered.line());
            }
        }
        List<DatasetReport.DroppedCorrections> drops =
                dropped.entrySet().stream()
                        .map(e ->
                                new DatasetReport.DroppedCorrections(
                                        e.getKey(), e.getValue().size(), e.getValue().getFirst()))
                        .toList();
        int all = read.corrections().size() + read.unreadable().size();
        return new CorrectionRows(rows, new DatasetReport.Corrected(all, rows.size(), drops));
    }

    private record Maker(
            Collection<Person> people,
            FirstLine opening,
            DatasetConfig config,
            ConversationEncoder encoder) {

        /// Null where the correction does not fit a row.
        @Nullable PreparedRow row(Correction correction, int number) {
            Partner partner = partner(correction);
            Line first = opening.of(partner, correction.date());
            List<Line> turns = history(correction, partner);
            turns.add(new Line(Role.ASSISTANT, opening.myName(), correction.correction()));
            RowSplitter.Row row =
                    new RowSplitter(encoder, config.maxLength()).split(first, turns).getLast();
            int last = row.lines().size() - 1;
            if (!row.lines().get(last).content().equals(correction.correction())) {
                return null;
            }
            List<LocalDateTime> dates = Collections.nCopies(last + 1, correction.date());
            return new PreparedRow(
                    partner.name(),
                    correction.chat(),
                    number,
                    row.lines(),
                    dates,
                    row.tokens(),
                    1,
                    encoder.ownCharacters(List.of(row.lines().get(last))),
                    0,
                    new BitSet(),
                    true);
        }

        private List<Line> history(Correction correction, Partner partner) {
            List<Line> lines = new ArrayList<>();
            for (Correction.Said said : correction.history()) {
                String name = said.name();
                boolean mine = said.role() == Role.ASSISTANT;
                if (said.role() == Role.SYSTEM || said.content().isBlank()) {
                    continue; // the first line is made anew, as in training
                }
                boolean named = partner.group() && config.groupNames() && !mine && name != null;
                String content = named ? name + ": " + said.content() : said.content();
                lines.add(
                        new Line(
                                said.role(),
                                mine ? opening.myName() : name,
                                content,
                                config.relation(partner, said.role())));
            }
            while (!lines.isEmpty() && lines.getLast().role() == Role.ASSISTANT) {
                lines.removeLast();
            }
            return lines;
        }

        private Partner partner(Correction correction) {
            long others =
                    correction.history().stream()
                            .filter(said -> said.role() == Role.USER && said.name() != null)
                            .map(Correction.Said::name)
                            .distinct()
                            .count();
            if (others > 1) {
                return new Partner(correction.chat(), null, true);
            }
            String role =
                    people.stream()
                            .filter(p ->
                                    p.aliases().contains(correction.person())
                                            || p.name().equals(correction.person()))
                            .findFirst()
                            .map(Person::role)
                            .orElse(null);
            return new Partner(correction.person(), role, false);
        }
    }
}
