package understudy.dataset;

import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import understudy.base.Settings;
import understudy.chat.Role;
import understudy.privacy.Kind;
import understudy.privacy.Redaction;
import understudy.text.Line;
import understudy.text.TokenRow;

/// Section `dataset` of a recipe.
///
/// @param mergeMinutes    `merge_minutes`, 5, 0 to 1440: messages of one sender, each this close to
///                        the one before, become one turn; more makes longer turns
/// @param gapMinutes      `gap_minutes`, 60, 1 to 100000: a silence this long starts a new block;
///                        more makes longer and fewer conversations
/// @param maxLength       `max_length`, 3000 tokens, 64 to 131072: longer blocks are split at a
///                        turn
/// @param minTokens       `min_tokens`, 100 tokens, 0 to 131072: shorter blocks are not trained on
/// @param heldoutShare    `heldout_share`, 0.1, 0 to 0.9: the latest part of each chat's blocks,
///                        never trained on; 0 leaves nothing to score
/// @param validationShare `validation_share`, 0.1, 0 to 0.9: the latest part of the remaining
///                        blocks; 0 trains without early stop
/// @param template        `template`, model: whose words stand between the turns
/// @param learn           `learn`, own: which tokens are targets
/// @param systemLine      `system_line`: first line of a block between two people, empty for none;
///                        see [understudy.text.SystemLine]
/// @param groupLine       `group_line`: the same in a group
/// @param myName          `my_name`: the owner's name in these lines; empty for the store's name
/// @param groupNames      `group_names`, true: turns of others in a group begin with their name
/// @param corrections     `corrections`, false: whether the owner's corrections of drafts become
///                        rows for training
/// @param redact          `redact`, all: kinds of personal data that are replaced by pseudonyms,
///                        by [Kind#key()]; `all` or `none` for every one or no one
/// @param redactWords     `redact_words`: file with names and words to replace; empty for
///                        `redact.txt` of the home where there is one
/// @param canaries        `canaries`, 0, 0 to 400: made-up secrets planted into the training part,
///                        by which a leak is measured
/// @param roleNames       `role_names`, false: whether the recipe `seed` writes what a person is to
///                        the owner in place of `user`
/// @param selection       which of the owner's turns are learned, and how often
/// @param facts           what becomes of the owner's facts
public record DatasetConfig(
        int mergeMinutes,
        int gapMinutes,
        int maxLength,
        int minTokens,
        double heldoutShare,
        double validationShare,
        Template template,
        Learn learn,
        String systemLine,
        String groupLine,
        String myName,
        boolean groupNames,
        boolean corrections,
        Set<Kind> redact,
        String redactWords,
        int canaries,
        boolean roleNames,
        Selection selection,
        FactSettings facts) {
    public DatasetConfig {
        redact = Set.copyOf(redact);
    }

    /// Whose words stand between the turns.
    public enum Template {
        /// The base model's own chat template; the owner is its assistant.
        MODEL,
        /// The plain one of the seed recipe.
        SEED
    }

    /// Which tokens are targets.
    public enum Learn {
        /// Own turns and their end mark.
        OWN,
        /// Every token.
        ALL
    }

    private static final String KINDS =
            "all, none, or some of "
                    + Redaction.everyKind().stream()
                            .sorted()
                            .map(Kind::key)
                            .collect(Collectors.joining(", "));
    private static final int MOST_TOKENS = 131_072;
    private static final double MOST_SHARE = 0.9;

    /// @param section section `dataset` of a recipe
    /// @throws understudy.base.UserError for a value out of range or a key without a meaning
    public static DatasetConfig from(Settings section) {
        DatasetConfig config =
                new DatasetConfig(
                        section.integer("merge_minutes", 5, 0, 1_440),
                        section.integer("gap_minutes", 60, 1, 100_000),
                        section.integer("max_length", 3_000, 64, MOST_TOKENS),
                        section.integer("min_tokens", 100, 0, MOST_TOKENS),
                        section.number("heldout_share", 0.1, 0, MOST_SHARE),
                        section.number("validation_share", 0.1, 0, MOST_SHARE),
                        section.choice("template", "model", "model", "seed").equals("seed")
                                ? Template.SEED
                                : Template.MODEL,
                        section.choice("learn", "own", "own", "all").equals("all")
                                ? Learn.ALL
                                : Learn.OWN,
                        section.text("system_line", ""),
                        section.text("group_line", ""),
                        section.text("my_name", ""),
                        section.flag("group_names", true),
                        section.flag("corrections", false),
                        kinds(section),
                        section.text("redact_words", ""),
                        section.integer("canaries", 0, 0, Canaries.MOST),
                        section.flag("role_names", false),
                        Selection.from(section),
                        FactSettings.from(section));
        section.refuseOthers();
        return config;
    }

    private static Set<Kind> kinds(Settings section) {
        List<String> words = section.list("redact", List.of("all"));
        if (words.equals(List.of("all"))) {
            return Redaction.everyKind();
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String word : words.equals(List.of("none")) ? List.<String>of() : words) {
            kinds.add(
                    Redaction.everyKind().stream()
                            .filter(kind -> kind.key().equals(word))
                            .findFirst()
                            .orElseThrow(() -> section.wrong("redact", KINDS)));
        }
        return kinds;
    }

    /// What a line says about its speaker in place of `user`; null for nothing.
    @Nullable String relation(Partner partner, Role role) {
        return roleNames && role == Role.USER && !partner.group() ? partner.role() : null;
    }

    /// @return bit i set: token i is a target
    public BitSet learned(TokenRow row) {
        BitSet learned = (BitSet) row.own().clone();
        if (learn == Learn.ALL) {
            learned.set(0, row.length());
        }
        return learned;
    }

    /// [#learned(TokenRow)] without what is read only.
    ///
    /// @param begin     index in `lines` of the first turn that is not a repeated one
    /// @param unlearned which lines are own turns that are not learned
    BitSet learned(TokenRow row, List<Line> lines, int begin, BitSet unlearned) {
        BitSet learned = learned(row);
        learned.andNot(OwnRuns.of(lines, begin, row, unlearned::get));
        return learned;
    }

    /// What is learned of a correction: its last own turn and that turn's end mark, whatever
    /// [#learn] says. The own turns before it may be a model's words, which nobody is to learn.
    static BitSet lastOwnTurn(TokenRow row) {
        BitSet last = new BitSet();
        int end = row.own().length();
        if (end > 0) {
            last.set(row.own().previousClearBit(end - 1) + 1, end);
        }
        return last;
    }
}
