package understudy.dataset;

import java.util.List;
import understudy.chat.Person;
import understudy.dataset.facts.Fact;
import understudy.dataset.facts.FactLanguage;
import understudy.dataset.facts.FactTalks;
import understudy.store.ChatStore;
import understudy.store.Corrections;

/// What preparing a dataset would make of facts; no model is needed for it.
///
/// @param facts     as they are learned, redacted
/// @param languages of the questions, such as `en`
/// @param evasions  different evasive answers that the owner wrote
public record FactPreview(List<Fact> facts, List<String> languages, int evasions, FactTalks talks) {
    public FactPreview {
        facts = List.copyOf(facts);
        languages = List.copyOf(languages);
    }

    /// @throws understudy.base.UserError where nothing is imported yet, and where nobody knows who
    ///     the owner is
    public static FactPreview of(
            ChatStore store, List<Fact> facts, DatasetConfig config, Safeguards safeguards) {
        Person me = DatasetBuilder.owner(store);
        Redactor redactor = safeguards.redactor();
        redactor.learn(store, Corrections.Read.NONE, List.of(), facts);
        ChatBlocks read = ChatBlocks.of(store, me, config, redactor, new Funnel());
        List<Block> training =
                HeldOut.split(read.chats(), config).getOrDefault(Part.TRAIN, List.of());
        FactTalks.Owner owner = FactRows.owner(training);
        List<Fact> told = redactor.facts(facts);
        return new FactPreview(
                told,
                owner.languages().stream().map(FactLanguage::code).toList(),
                owner.evasions().size(),
                FactRows.talks(told, owner, config));
    }
}
