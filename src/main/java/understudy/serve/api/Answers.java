package understudy.serve.api;

import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;
import understudy.reply.Completion;
import understudy.serve.wire.Fields;

/// What answers of both kinds have in common.
final class Answers {
    private Answers() {}

    /// A name that no other answer has.
    static String name(String prefix) {
        return prefix + UUID.randomUUID().toString().replace("-", "");
    }

    /// OpenAI's word for why a text ended.
    static String finish(Completion done) {
        return done.finish() == Completion.Finish.LENGTH ? "length" : "stop";
    }

    /// An event of a stream that tells usage at its end: before, it is null and not absent.
    static Object event(Record chunk, boolean usage) {
        ObjectNode node = Fields.mapper().valueToTree(chunk);
        if (usage && !node.has("usage")) {
            node.putNull("usage");
        }
        return node;
    }
}
