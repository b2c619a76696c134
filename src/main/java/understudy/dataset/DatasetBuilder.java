package understudy.dataset;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import understudy.base.UserError;
import understudy.chat.Person;
import understudy.chat.Role;
import understudy.chat.Turn;
import understudy.dataset.facts.Fact;
import understudy.dataset.facts.FactLine;
import understudy.store.ChatStore;
import understudy.store.Corrections;
import understudy.text.ConversationEncoder;
import understudy.text.Line;

/// Builds a dataset of everything in the store.
public final class DatasetBuilder {
    static final DateTimeFormatter DATE = DateTimeFormatter.ISO_LOCAL_DATE_TIME;

    private final Prepared.Origin origin;
    private final DatasetConfig config;
    private final ConversationEncoder encoder;
    private final RowSplitter splitter;
    private final Safeguards safeguards;
    private final RowSplitter heldOutSplitter;
    private final Funnel funnel = new Funnel();
    private final Map<Part, List<PreparedRow>> rows = new EnumMap<>(Part.class);
    private final Map<Part, Long> messages = new EnumMap<>(Part.class);
    private final Map<Part, Integer> blocks = new EnumMap<>(Part.class);
    private int splitBlocks;
    private DatasetReport.Shortened shortened = new DatasetReport.Shortened(0, 0, null, null);

    private DatasetBuilder(
            Prepared.Origin origin,
            DatasetConfig config,
            ConversationEncoder encoder,
            Safeguards safeguards) {
        this.safeguards = safeguards;
        this.origin = origin;
        this.config = config;
        this.encoder = encoder;
        this.splitter = new RowSplitter(encoder, config.maxLength(), config.selection().overlap());
        // without an overlap, so that scores compare whatever the setting
        this.heldOutSplitter = new RowSplitter(encoder, config.maxLength());
    }

    /// @throws UserError where nothing is imported yet, where nobody knows who the owner is, and
    ///     where no row is left to learn from, with the reasons
    public static Prepared build(
            ChatStore store, Prepared.Origin origin, ConversationEncoder encoder) {
        return build(store, Corrections.Read.NONE, origin, encoder);
    }

    /// [#build(ChatStore, Prepared.Origin, ConversationEncoder)] with the owner's corrections.
    ///
    /// @param corrections the whole file; not looked at where the setting `corrections` is off
    public static Prepared build(
            ChatStore store,
            Corrections.Read corrections,
            Prepared.Origin origin,
            ConversationEncoder encoder) {
        return build(store, corrections, origin, encoder, Safeguards.NONE);
    }

    /// The same with what is replaced and planted first.
    public static Prepared build(
            ChatStore store,
            Corrections.Read corrections,
            Prepared.Origin origin,
            ConversationEncoder encoder,
            Safeguards safeguards) {
        return build(store, corrections, List.of(), origin, encoder, safeguards);
    }

    /// The same with the owner's facts.
    ///
    /// @param facts not looked at where the setting `facts` is off
    public static Prepared build(
            ChatStore store,
            Corrections.Read corrections,
            List<Fact> facts,
            Prepared.Origin origin,
            ConversationEncoder encoder,
            Safeguards safeguards) {
        DatasetConfig config = DatasetConfig.from(origin.settings());
        return new DatasetBuilder(origin, config, encoder, safeguards)
                .build(
                        store,
                        config.corrections() ? corrections : Corrections.Read.NONE,
                        config.facts().on() ? facts : List.of());
    }

    /// The owner, before anything slow is begun.
    ///
    /// @throws UserError where nothing is imported yet, and where nobody knows who the owner is
    public static Person owner(ChatStore store) {
        if (store.chats().isEmpty()) {
            throw new UserError("there are no chats yet", null, "understudy import FILE...");
        }
        return store.me().orElseThrow(() -> ownerUnknown(store));
    }

    private Prepared build(ChatStore store, Corrections.Read corrections, List<Fact> facts) {
        Person me = owner(store);
        Redactor redactor = safeguards.redactor();
        redactor.learn(store, corrections, safeguards.canaries().texts(), facts);
        ChatBlocks read = ChatBlocks.of(store, me, config, redactor, funnel);
        String myName = read.myName();
        List<Fact> told = redactor.facts(facts);
        String factLine = FactLine.of(config.facts().line(), told);
        FirstLine first = new FirstLine(config, myName, factLine);
        Map<Part, List<Block>> split = HeldOut.split(read.chats(), config);
        FactRows factRows =
                FactRows.of(told, split.getOrDefault(Part.TRAIN, List.of()), first, encoder);
        Map<Part, List<Block>> parts = safeguards.canaries().plant(split, myName, redactor);
        NotLearned notLearned = NotLearned.of(parts, config.selection());
        for (Part part : Part.values()) {
            rows.put(part, new ArrayList<>());
            for (Block block : parts.getOrDefault(part, List.of())) {
                if (notLearned.isDuplicate(block)) {
                    drop(DropReason.NEAR_DUPLICATE, block, 0, block.turns().size());
                    continue;
                }
                add(part, block, first, notLearned.turns(block));
            }
        }
        CorrectionRows corrected =
                CorrectionRows.of(
                        redactor.corrections(corrections, myName),
                        read.people().values(),
                        first,
                        encoder);
        rows.put(Part.FACTS, factRows.rows());
        rows.computeIfAbsent(Part.TRAIN, p -> new ArrayList<>()).addAll(corrected.rows());
        DatasetReport report = report(corrected.count(), notLearned.counts(), factRows.count());
        if (report.part(Part.TRAIN).rows() == 0) {
            throw nothingToLearn(report);
        }
        return new Prepared(origin, rows, report, factLine, factRows.questions());
    }

    private static UserError ownerUnknown(ChatStore store) {
        return new UserError(
                "nobody said yet who you are in these chats",
                null,
                store.proposeMe()
                        .map(p -> "understudy people --me '" + p.name() + "'   (writes in most)")
                        .orElse("understudy people --me NAME   (understudy people lists them)"));
    }

    private void add(Part part, Block block, FirstLine opening, BitSet unlearned) {
        boolean filtered = part != Part.HELDOUT && config.learn() == DatasetConfig.Learn.OWN;
        if (filtered && !block.hasOwnTurn()) {
            drop(DropReason.NO_OWN_TURN, block, 0, block.turns().size());
            return;
        }
        Line first = opening.of(block.partner(), block.start());
        List<Line> turns = block.turns().stream().map(turn -> line(turn, block.partner())).toList();
        List<RowSplitter.Row> split =
                (part == Part.HELDOUT ? heldOutSplitter : splitter).split(first, turns);
        boolean isShort =
                split.size() == 1 && split.getFirst().tokens().length() < config.minTokens();
        if (part == Part.TRAIN && isShort) {
            drop(DropReason.TOO_SHORT, block, 0, block.turns().size());
            return;
        }
        splitBlocks += split.size() > 1 ? 1 : 0;
        boolean any = false;
        for (RowSplitter.Row row : split) {
            PreparedRow prepared = prepared(block, row, first != null, unlearned);
            if (filtered && prepared.ownTurns() == 0) {
                drop(DropReason.NO_OWN_TURN, block, row.from(), row.to());
                continue;
            }
            if (part == Part.TRAIN && !unlearned.isEmpty() && learned(prepared) == 0) {
                drop(DropReason.NOT_LEARNED, block, row.from(), row.to());
                continue;
            }
            any = true;
            rows.computeIfAbsent(part, p -> new ArrayList<>()).add(prepared);
            messages.merge(part, count(block, row.from(), row.to()), Long::sum);
            if (row.cutTurns() > 0) {
                shorten(block, row);
            }
        }
        if (any) {
            blocks.merge(part, 1, Integer::sum);
        }
    }

    private Line line(Turn turn, Partner partner) {
        boolean named = partner.group() && config.groupNames() && !turn.mine();
        String content = named ? turn.name() + ": " + turn.text() : turn.text();
        return new Line(turn.role(), turn.name(), content, config.relation(partner, turn.role()));
    }

    private PreparedRow prepared(
            Block block, RowSplitter.Row row, boolean opened, BitSet unlearned) {
        List<LocalDateTime> dates = new ArrayList<>();
        if (opened) {
            dates.add(block.start());
        }
        row.context().forEach(i -> dates.add(block.turns().get(i).sentAt()));
        block.turns().subList(row.from(), row.to()).forEach(turn -> dates.add(turn.sentAt()));
        List<Line> turns = row.lines().subList(row.begin(), row.lines().size());
        int ownTurns = (int) turns.stream().filter(l -> l.role() == Role.ASSISTANT).count();
        return new PreparedRow(
                block.partner().name(),
                block.conversation().chat(),
                block.conversation().block(),
                row.lines(),
                dates,
                row.tokens(),
                ownTurns,
                encoder.ownCharacters(turns),
                config.selection().overlap() == 0 ? 0 : row.context().size(),
                Dataset.lines(row, unlearned),
                false);
    }

    private void shorten(Block block, RowSplitter.Row row) {
        String chat = shortened.chat();
        String date = shortened.date();
        shortened =
                new DatasetReport.Shortened(
                        shortened.turns() + row.cutTurns(),
                        shortened.characters() + row.cutCharacters(),
                        chat == null ? block.conversation().chat() : chat,
                        date == null ? DATE.format(block.turns().get(row.from()).sentAt()) : date);
    }

    private void drop(DropReason reason, Block block, int from, int to) {
        funnel.drop(
                reason,
                (int) count(block, from, to),
                block.conversation().chat(),
                block.turns().get(from).sentAt());
    }

    private static long count(Block block, int from, int to) {
        return block.messages().subList(from, to).stream().mapToLong(Integer::longValue).sum();
    }

    private DatasetReport report(
            DatasetReport.Corrected corrected,
            Map<NotLearned.Reason, Integer> notLearned,
            DatasetReport.FactCount facts) {
        Map<Part, DatasetReport.PartCount> parts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            List<PreparedRow> all = rows.getOrDefault(part, List.of());
            parts.put(
                    part,
                    new DatasetReport.PartCount(
                            messages.getOrDefault(part, 0L),
                            blocks.getOrDefault(part, 0),
                            all.size(),
                            all.stream().mapToLong(r -> r.tokens().length()).sum(),
                            all.stream().mapToLong(this::learned).sum(),
                            all.stream().mapToInt(PreparedRow::ownTurns).sum(),
                            all.stream().mapToLong(PreparedRow::ownCharacters).sum()));
        }
        List<PreparedRow> training = rows.getOrDefault(Part.TRAIN, List.of());
        return new DatasetReport(
                funnel.messagesRead(),
                parts,
                funnel.dropped().stream()
                        .map(d ->
                                new DatasetReport.Dropped(
                                        d.reason(), d.messages(), d.chat(), DATE.format(d.date())))
                        .toList(),
                splitBlocks,
                shortened,
                people(training),
                training.stream().map(r -> r.tokens().length()).toList(),
                notLearned,
                corrected,
                safeguards.redactor().counts(),
                safeguards.canaries().planted(),
                facts);
    }

    private long learned(PreparedRow row) {
        return row.learned(config).cardinality();
    }

    private List<DatasetReport.PersonCount> people(List<PreparedRow> training) {
        Map<String, Long> tokens = new LinkedHashMap<>();
        training.forEach(r -> tokens.merge(r.person(), learned(r), Long::sum));
        Map<String, Double> weights = PersonBalance.weights(tokens, config.selection().balance());
        Map<String, List<PreparedRow>> byPerson =
                training.stream()
                        .collect(
                                Collectors.groupingBy(
                                        PreparedRow::person,
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        return byPerson.entrySet().stream()
                .map(e ->
                        new DatasetReport.PersonCount(
                                e.getKey(),
                                e.getValue().size(),
                                e.getValue().stream().mapToInt(PreparedRow::ownTurns).sum(),
                                e.getValue().stream().mapToLong(this::learned).sum(),
                                weights.getOrDefault(e.getKey(), 1.0)))
                .sorted(
                        Comparator.comparingInt(DatasetReport.PersonCount::rows)
                                .reversed()
                                .thenComparing(DatasetReport.PersonCount::person))
                .toList();
    }

    /// "0 samples because ...", the largest reason first, with the remedy for it.
    private static UserError nothingToLearn(DatasetReport report) {
        List<DatasetReport.Dropped> reasons =
                report.dropped().stream()
                        .sorted(
                                Comparator.comparingLong(DatasetReport.Dropped::messages)
                                        .reversed())
                        .toList();
        List<String> words = new ArrayList<>();
        reasons.forEach(r -> words.add(r.messages() + " " + r.reason().words()));
        long kept = report.part(Part.HELDOUT).messages() + report.part(Part.VALIDATION).messages();
        if (kept > 0) {
            words.add(kept + " held out or for validation");
        }
        String why = words.isEmpty() ? "the chats hold no messages" : String.join(", ", words);
        DropReason first = reasons.isEmpty() ? null : reasons.getFirst().reason();
        return new UserError(
                "0 samples because of " + report.messagesRead() + " messages: " + why,
                null,
                first == null
                        ? "understudy import FILE..."
                        : switch (first) {
                            case TOO_SHORT -> "understudy prepare --set min_tokens=0";
                            case NO_OWN_TURN -> "check who you are: understudy people --me NAME";
                            default -> "import chats in which you write: understudy import FILE...";
                        });
    }
}
