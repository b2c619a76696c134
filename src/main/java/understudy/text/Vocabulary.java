package understudy.text;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// Tokens by id and ids by token. Ids may have gaps, but not such that a small file asks for a
/// large array.
final class Vocabulary {
    /// No id.
    static final int NONE = -1;

    /// Longest token, in characters: the longest in use are runs of some hundred blanks.
    private static final int MAX_TOKEN_LENGTH = 4096;

    /// How many more ids than tokens there may be; some models pad their vocabulary.
    private static final int MAX_GAP = 65_536;

    private final @Nullable String[] tokens;
    private final Map<String, Integer> ids;

    private Vocabulary(@Nullable String[] tokens, Map<String, Integer> ids) {
        this.tokens = tokens;
        this.ids = ids;
    }

    /// @param ids    token to id; two tokens never share one
    /// @param origin the file, for errors
    static Vocabulary of(Map<String, Integer> ids, String origin) {
        long highest = -1;
        for (Map.Entry<String, Integer> entry : ids.entrySet()) {
            if (entry.getKey().length() > MAX_TOKEN_LENGTH) {
                throw broken("a token of %d characters".formatted(entry.getKey().length()), origin);
            }
            if (entry.getValue() < 0) {
                throw broken("the negative token id " + entry.getValue(), origin);
            }
            highest = Math.max(highest, entry.getValue());
        }
        if (highest >= ids.size() + (long) MAX_GAP) {
            throw broken("token id %d among only %d tokens".formatted(highest, ids.size()), origin);
        }
        @Nullable String[] tokens = new String[(int) highest + 1];
        ids.forEach((token, id) -> {
            if (tokens[id] != null) {
                throw broken("token id %d twice".formatted(id), origin);
            }
            tokens[id] = token;
        });
        return new Vocabulary(tokens, new HashMap<>(ids));
    }

    /// The error for a tokenizer file that cannot be right.
    static UserError broken(String has, String origin) {
        return new UserError(
                "the tokenizer has " + has, origin, "fetch the model again, or use another one");
    }

    /// One more than the highest id.
    int size() {
        return tokens.length;
    }

    /// @return the id, or [#NONE]
    int id(String token) {
        return ids.getOrDefault(token, NONE);
    }

    /// @return the token, or null where `id` is a gap or out of range
    @Nullable String token(int id) {
        return id >= 0 && id < tokens.length ? tokens[id] : null;
    }
}
