package understudy.bot;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import understudy.chat.Role;
import understudy.privacy.OutputFilter;
import understudy.privacy.Verdict;
import understudy.reply.Refusal;
import understudy.reply.Replier;
import understudy.reply.Voice;
import understudy.text.Line;

/// Lets the model answer a conversation, and lets out only what may go out.
final class Writer {
    /// Lines given to the prompt's fitting: more than 3,000 tokens hold.
    static final int LINES = 400;

    /// Characters after which a turn is not joined any more: each must fit into a prompt.
    private static final int LONGEST_TURN = 1000;

    /// How many texts are tried before the bot says that it has none.
    private static final int TRIES = 2;

    /// Time between two looks at an unfinished text.
    private static final Duration SHOWN_EVERY = Duration.ofSeconds(1);

    /// Characters of a reply; what a model writes after them is neither waited for nor sent. Two
    /// hundred tokens are a thousand, and a message of the network has at most 4,096.
    static final int LONGEST_REPLY = 12_000;

    /// Characters of an unfinished text that are not shown yet: half a number is data, too.
    private static final int HELD_BACK = 40;

    private final Replier replier;
    private final OutputFilter filter;
    private final BotQuestion question;
    private final Texts texts;
    private final BotRules rules;
    private final Clock clock;

    Writer(
            Replier replier,
            OutputFilter filter,
            BotQuestion question,
            Texts texts,
            BotRules rules,
            Clock clock) {
        this.replier = replier;
        this.filter = filter;
        this.question = question;
        this.texts = texts;
        this.rules = rules;
        this.clock = clock;
    }

    /// A conversation to answer.
    ///
    /// @param lines    oldest first; those to answer are the last
    /// @param group    whether the speakers' names belong to what they said
    /// @param language of what is said by rule
    record Task(
            Register.Place place,
            List<HistoryLine> lines,
            boolean group,
            Voice.Partner partner,
            List<String> facts,
            String language) {}

    /// What became of it.
    ///
    /// @param text  empty where it was cancelled
    /// @param fixed whether it is said by rule, in place of what the model wrote
    record Written(String text, boolean fixed) {
        static final Written NOTHING = new Written("", true);
    }

    /// @param onText given what may be shown of an unfinished text; null for nobody
    Written write(Task task, @Nullable Consumer<String> onText, BooleanSupplier cancelled) {
        List<String> theirs =
                task.lines().stream()
                        .filter(l -> l.role() == Role.USER)
                        .map(HistoryLine::text)
                        .toList();
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneId.systemDefault());
        Screen screen = new Screen(theirs, confided(task, today, theirs));
        Replier.Request request =
                new Replier.Request(
                        prompt(task),
                        task.partner(),
                        today,
                        task.facts(),
                        rules.options(),
                        false,
                        "telegram:" + task.place().chat());
        for (int i = 0; i < TRIES; i++) {
            String text;
            try {
                text = once(request, screen, onText, cancelled);
            } catch (Refusal e) {
                if (e.reason() == Refusal.Reason.TOO_LONG) {
                    break;
                }
                throw e;
            }
            if (cancelled.getAsBoolean()) {
                return Written.NOTHING;
            }
            if (question.denies(text)) {
                return new Written(texts.say(Texts.Say.BOT_ANSWER, task.language()), true);
            }
            Verdict verdict = filter.check(clean(text, theirs), theirs);
            String left = verdict.text().strip();
            boolean recited = screen.confided().recitedBy(text);
            if (!verdict.refused() && !left.isEmpty() && !recited) {
                return new Written(left, false);
            }
        }
        return new Written(texts.say(Texts.Say.SPEECHLESS, task.language()), true);
    }

    /// What decides about a text beside its own words.
    private record Screen(List<String> theirs, Confided confided) {}

    /// What the model knows beside the conversation; the date and names alone are no secret, and
    /// what the owner wrote into `facts.md` is for everybody who asks.
    private Confided confided(Task task, LocalDate today, List<String> theirs) {
        List<String> lines = new ArrayList<>(task.facts());
        lines.add(rules.voice().withoutFacts().firstLine(task.partner(), today));
        return new Confided(lines, theirs);
    }

    private String once(
            Replier.Request request,
            Screen screen,
            @Nullable Consumer<String> onText,
            BooleanSupplier cancelled) {
        StringBuilder so = new StringBuilder();
        long[] shown = {clock.millis()};
        Replier.Request seeded =
                new Replier.Request(
                        request.history(),
                        request.partner(),
                        request.date(),
                        request.facts(),
                        request.options().withSeed(ThreadLocalRandom.current().nextLong()),
                        request.fixed(),
                        request.client());
        String text =
                replier.reply(
                                seeded,
                                piece -> {
                                    so.append(piece);
                                    boolean due =
                                            clock.millis() - shown[0] > SHOWN_EVERY.toMillis();
                                    if (onText != null && due) {
                                        shown[0] = clock.millis();
                                        show(so.toString(), screen, onText);
                                    }
                                },
                                () -> so.length() > LONGEST_REPLY || cancelled.getAsBoolean())
                        .text();
        return bounded(text);
    }

    /// The beginning of a text, up to a word's end.
    static String bounded(String text) {
        if (text.length() <= LONGEST_REPLY) {
            return text;
        }
        String begin = Bubbles.split(text, LONGEST_REPLY).getFirst();
        int blank = Math.max(begin.lastIndexOf(' '), begin.lastIndexOf('\n'));
        return blank > LONGEST_REPLY / 2 ? begin.substring(0, blank) : begin;
    }

    /// Shows an unfinished text up to a word's end, where the filter has nothing against it.
    private void show(String text, Screen screen, Consumer<String> onText) {
        int end = text.lastIndexOf(' ', Math.max(0, text.length() - HELD_BACK));
        if (end <= 0 || text.length() > LONGEST_REPLY) {
            return;
        }
        String clean = clean(text.substring(0, end), screen.theirs());
        if (!clean.isBlank()
                && filter.check(clean, screen.theirs()).unchanged()
                && !screen.confided().recitedBy(text)
                && !question.denies(clean)) {
            onText.accept(clean);
        }
    }

    private static String clean(String text, List<String> theirs) {
        return Links.strip(Plain.of(text), theirs).strip();
    }

    /// The conversation as in training: lines of one side that follow each other are one turn.
    private List<Line> prompt(Task task) {
        List<Line> turns = new ArrayList<>();
        for (HistoryLine line : task.lines()) {
            boolean mine = line.role() == Role.ASSISTANT;
            String said = mine ? texts.undisclosed(line.text()) : line.text();
            if (said.isBlank()) {
                continue;
            }
            boolean named = task.group() && !mine && !line.name().isEmpty();
            Line last = turns.isEmpty() ? null : turns.getLast();
            boolean goesOn =
                    last != null
                            && last.role() == line.role()
                            && last.content().length() < LONGEST_TURN
                            && (mine || line.name().equals(last.name()));
            if (goesOn && last != null) {
                turns.removeLast();
                turns.add(new Line(line.role(), last.name(), last.content() + "\n" + said));
            } else {
                String content = named ? line.name() + ": " + said : said;
                turns.add(new Line(line.role(), mine ? rules.me() : line.name(), content));
            }
        }
        return turns;
    }

    /// The history with the lines to answer as its end, whatever was noted after them.
    static List<HistoryLine> ending(List<HistoryLine> history, List<HistoryLine> answered) {
        Set<Long> ids = new HashSet<>();
        answered.forEach(l -> {
            if (l.message() != null) {
                ids.add(l.message());
            }
        });
        List<HistoryLine> lines = new ArrayList<>();
        for (HistoryLine line : history) {
            if (line.message() == null || !ids.contains(line.message())) {
                lines.add(line);
            }
        }
        lines.addAll(answered);
        return lines;
    }
}
