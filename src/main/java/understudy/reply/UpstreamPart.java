package understudy.reply;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import understudy.generate.TokenScore;
import understudy.text.Tokenizer;

/// One event of a stream, or a whole answer: both of `/completions` and of `/chat/completions`.
///
/// @param text         what it adds; of a chat the content alone, no reasoning and no calls
/// @param scores       of its tokens
/// @param finish       why the text ended; null where it goes on
/// @param promptTokens as the server counts; -1 where it does not say
/// @param tokens       written, likewise
record UpstreamPart(
        String text,
        List<TokenScore> scores,
        @Nullable String finish,
        int promptTokens,
        int tokens) {
    private static final String BYTES = "bytes:";

    /// @param tokenizer to find the ids of tokens where the server does not tell them
    static UpstreamPart read(JsonNode node, @Nullable Tokenizer tokenizer) {
        JsonNode choice = node.path("choices").path(0);
        JsonNode said = choice.path(choice.has("delta") ? "delta" : "message");
        String text = choice.path("text").asString("") + said.path("content").asString("");
        JsonNode finish = choice.path("finish_reason");
        JsonNode usage = node.path("usage");
        return new UpstreamPart(
                text,
                scores(choice.path("logprobs"), tokenizer),
                finish.isString() && !finish.stringValue().isEmpty() ? finish.stringValue() : null,
                usage.path("prompt_tokens").asInt(-1),
                usage.path("completion_tokens").asInt(-1));
    }

    private static List<TokenScore> scores(JsonNode logprobs, @Nullable Tokenizer tokenizer) {
        List<TokenScore> scores = new ArrayList<>();
        for (JsonNode token : logprobs.path("content").values()) {
            List<TokenScore> top = new ArrayList<>();
            token.path("top_logprobs")
                    .values()
                    .forEach(t -> top.add(score(t, List.of(), tokenizer)));
            scores.add(score(token, top, tokenizer));
        }
        JsonNode tokens = logprobs.path("tokens");
        for (int i = 0; i < tokens.size(); i++) {
            List<TokenScore> top = new ArrayList<>();
            for (Map.Entry<String, JsonNode> one :
                    logprobs.path("top_logprobs").path(i).properties()) {
                top.add(legacy(one.getKey(), one.getValue(), List.of(), tokenizer));
            }
            top.sort((a, b) -> Double.compare(b.logprob(), a.logprob()));
            JsonNode logprob = logprobs.path("token_logprobs").path(i);
            scores.add(legacy(tokens.path(i).asString(""), logprob, top, tokenizer));
        }
        return scores;
    }

    /// As chats have it: an object a token.
    private static TokenScore score(
            JsonNode token, List<TokenScore> top, @Nullable Tokenizer tokenizer) {
        String text = token.path("token").asString("");
        JsonNode given = token.path("bytes");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (given.isArray()) {
            bytes = new byte[given.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) given.path(i).asInt(0);
            }
        }
        int id = token.path("id").isInt() ? token.path("id").intValue() : id(text, tokenizer);
        return new TokenScore(id, text, bytes, token.path("logprob").asDouble(0), top);
    }

    /// As the older path has it: names and numbers in lists of their own.
    private static TokenScore legacy(
            String name, JsonNode logprob, List<TokenScore> top, @Nullable Tokenizer tokenizer) {
        byte[] bytes = bytes(name);
        String text = new String(bytes, StandardCharsets.UTF_8);
        return new TokenScore(id(text, tokenizer), text, bytes, logprob.asDouble(0), top);
    }

    /// A part of a character is written `bytes:\xe2\x98`.
    private static byte[] bytes(String name) {
        if (!name.matches(BYTES + "(\\\\x[0-9a-fA-F]{2})+")) {
            return name.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = BYTES.length(); at < name.length(); at += 4) {
            bytes.write(Integer.parseInt(name, at + 2, at + 4, 16));
        }
        return bytes.toByteArray();
    }

    /// @return -1 where it cannot be told
    private static int id(String text, @Nullable Tokenizer tokenizer) {
        if (tokenizer == null || text.isEmpty() || text.indexOf('\uFFFD') >= 0) {
            return -1;
        }
        if (tokenizer.control(text).isPresent()) {
            return tokenizer.control(text).getAsInt();
        }
        int[] ids = tokenizer.encode(text, true);
        return ids.length == 1 ? ids[0] : -1;
    }
}
