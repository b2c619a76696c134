package understudy.dataset;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.chat.Correction;
import understudy.chat.Message;
import understudy.dataset.facts.Fact;
import understudy.privacy.Kind;
import understudy.privacy.Redaction;
import understudy.privacy.RedactionKey;
import understudy.privacy.RedactionWords;
import understudy.store.ChatStore;
import understudy.store.Corrections;
import understudy.store.StoredChat;
import understudy.store.StoredMessage;

/// Replaces personal data in the messages of a store before anything is made of them, and counts
/// what it replaced. Lines and their times, authors and number stay, so that joining, blocks and
/// the split are those of the chats themselves.
public final class Redactor {
    private final @Nullable Redaction redaction;

    /// By writer, then by kind.
    private final Map<String, Map<Kind, Long>> counts = new TreeMap<>();

    private Redactor(@Nullable Redaction redaction) {
        this.redaction = redaction;
    }

    /// Leaves everything as it is.
    public static Redactor none() {
        return new Redactor(null);
    }

    /// @param home where the key of the pseudonyms lies, and the list of words
    /// @throws UserError where the list that the recipe names is not there
    public static Redactor of(Path home, DatasetConfig config) {
        RedactionWords words = words(home, config.redactWords());
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        kinds.addAll(config.redact());
        if (words != RedactionWords.NONE) {
            kinds.add(Kind.NAME);
        }
        if (kinds.isEmpty()) {
            return none();
        }
        RedactionKey key = RedactionKey.of(home.resolve("redaction.key"));
        return new Redactor(new Redaction(key, kinds, words, List.of()));
    }

    private static RedactionWords words(Path home, String named) {
        if (named.isBlank()) {
            Path usual = home.resolve("redact.txt");
            return Files.isRegularFile(usual) ? RedactionWords.read(usual) : RedactionWords.NONE;
        }
        Path file = home.resolve(named);
        if (!Files.isRegularFile(file)) {
            throw new UserError(
                    "the list of words to replace is not there",
                    file.toString(),
                    "write one name or word a line, or leave redact_words empty");
        }
        return RedactionWords.read(file);
    }

    public boolean active() {
        return redaction != null;
    }

    /// Shows everything that will be replaced later; before anything is.
    ///
    /// @param more  texts like messages
    /// @param facts whose values are meant to be told
    public void learn(
            ChatStore store, Corrections.Read corrections, List<String> more, List<Fact> facts) {
        Redaction active = redaction;
        if (active == null) {
            return;
        }
        store.people().forEach(person -> active.learn(person.name()));
        for (StoredChat chat : store.chats()) {
            active.learn(chat.name());
            for (StoredMessage message : store.messages(chat.id())) {
                if (message.kind() == Message.Kind.TEXT) {
                    active.learn(message.text());
                }
            }
        }
        for (Corrections.Numbered each : corrections.corrections()) {
            each.correction().history().forEach(said -> active.learn(said.content()));
            active.learn(each.correction().correction());
        }
        more.forEach(active::learn);
        facts.forEach(fact -> active.learnTold(fact.value()));
    }

    /// @param names everybody's name, by their key; reports count by these
    List<StoredMessage> messages(List<StoredMessage> lines, Map<Long, String> names) {
        if (redaction == null) {
            return lines;
        }
        List<StoredMessage> redacted = new ArrayList<>(lines.size());
        for (StoredMessage line : lines) {
            boolean text = line.kind() == Message.Kind.TEXT;
            String name = line.personId() == null ? null : names.get(line.personId());
            redacted.add(
                    new StoredMessage(
                            line.id(),
                            line.personId(),
                            line.author(),
                            line.sentAt(),
                            line.absolute(),
                            line.kind(),
                            text ? text(line.text(), name == null ? "" : name) : line.text()));
        }
        return redacted;
    }

    private String text(String text, @Nullable String writer) {
        Redaction active = redaction;
        if (active == null) {
            return text;
        }
        Redaction.Redacted redacted = active.apply(text);
        if (writer != null) {
            for (Kind kind : redacted.replaced()) {
                counts.computeIfAbsent(writer, w -> new EnumMap<>(Kind.class))
                        .merge(kind, 1L, Long::sum);
            }
        }
        return redacted.text();
    }

    /// A text that is nobody's message, so that no report counts it.
    String uncounted(String text) {
        return text(text, null);
    }

    /// Facts with what is replaced in them; their keys stay.
    List<Fact> facts(List<Fact> facts) {
        Redaction active = redaction;
        return active == null
                ? facts
                : facts.stream()
                        .map(fact -> fact.with(active.applyToTold(fact.value()).text()))
                        .toList();
    }

    /// A name under its pseudonym where the owner's list has it, or where it is a number.
    String name(String name) {
        return redaction == null ? name : redaction.name(name);
    }

    Partner partner(Partner partner) {
        return new Partner(name(partner.name()), partner.role(), partner.group());
    }

    Corrections.Read corrections(Corrections.Read read, String myName) {
        if (redaction == null) {
            return read;
        }
        List<Corrections.Numbered> redacted = new ArrayList<>();
        for (Corrections.Numbered each : read.corrections()) {
            Correction old = each.correction();
            List<Correction.Said> history =
                    old.history().stream()
                            .map(said ->
                                    new Correction.Said(
                                            said.role(),
                                            said.name() == null ? null : name(said.name()),
                                            uncounted(said.content())))
                            .toList();
            redacted.add(
                    new Corrections.Numbered(
                            each.line(),
                            new Correction(
                                    old.id(),
                                    old.date(),
                                    name(old.person()),
                                    name(old.chat()),
                                    history,
                                    old.draft(),
                                    text(old.correction(), myName))));
        }
        return new Corrections.Read(redacted, read.unreadable());
    }

    /// How much was replaced, most first.
    List<DatasetReport.Redacted> counts() {
        List<DatasetReport.Redacted> all = new ArrayList<>();
        counts.forEach((writer, kinds) -> all.add(new DatasetReport.Redacted(writer, kinds)));
        all.sort((a, b) -> Long.compare(b.places(), a.places()));
        return all;
    }
}
