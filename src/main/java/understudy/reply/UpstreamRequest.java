package understudy.reply;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.generate.GenerateOptions;
import understudy.reply.UpstreamServer.Kind;
import understudy.text.Line;

/// What is sent: the fields of OpenAI's interface always, those of single servers only to them, or
/// to a server of unknown kind where they matter.
///
/// @param fixed whether nothing left over from an earlier request may be used
/// @param stops of this request and of the model's turns; the first four are sent, since some
///     servers take no more, and all are looked for in what comes back
record UpstreamRequest(
        UpstreamServer server,
        GenerateOptions options,
        List<String> stops,
        int maxTokens,
        boolean fixed) {
    /// OpenAI's limit, and the default of TGI.
    private static final int MOST_STOPS = 4;

    /// Fields that may be left out where a server refuses them: the text is then a little other
    /// than asked for, as `docs/upstream.md` says.
    static final List<String> OPTIONAL =
            List.of(
                    "top_k",
                    "min_p",
                    "repetition_penalty",
                    "repeat_penalty",
                    "stop_token_ids",
                    "add_special_tokens",
                    "cache_prompt",
                    "stream_options");

    /// Fields without which the answer would not be what was asked for.
    static final List<String> NEEDED =
            List.of(
                    "logit_bias",
                    "top_logprobs",
                    "logprobs",
                    "frequency_penalty",
                    "presence_penalty",
                    "temperature",
                    "top_p",
                    "seed",
                    "stop",
                    "max_tokens");

    static final String LONGER_NAME = "max_completion_tokens";

    String chat(List<Line> lines) {
        ObjectNode body = Json.json().createObjectNode();
        ArrayNode messages = body.putArray("messages");
        for (Line line : lines) {
            messages.addObject().put("role", line.role().word()).put("content", line.content());
        }
        if (options.logprobs()) {
            body.put("logprobs", true).put("top_logprobs", options.topLogprobs());
        }
        return finished(body);
    }

    String completion(String prompt, Set<Integer> stopIds) {
        ObjectNode body = Json.json().createObjectNode();
        body.put("prompt", prompt);
        // the text has whatever opens it
        if (server.kind() == Kind.VLLM && server.takes("add_special_tokens")) {
            body.put("add_special_tokens", false);
        }
        return completion(body, stopIds);
    }

    String completion(List<Integer> ids, Set<Integer> stopIds) {
        ObjectNode body = Json.json().createObjectNode();
        ids.forEach(body.putArray("prompt")::add);
        return completion(body, stopIds);
    }

    private String completion(ObjectNode body, Set<Integer> stopIds) {
        if (options.logprobs()) {
            body.put("logprobs", options.topLogprobs());
        }
        if (!stopIds.isEmpty() && server.kind() == Kind.VLLM && server.takes("stop_token_ids")) {
            stopIds.stream().sorted().forEach(body.putArray("stop_token_ids")::add);
        }
        return finished(body);
    }

    private String finished(ObjectNode body) {
        body.put("model", server.model().id());
        body.put(server.takes("max_tokens") ? "max_tokens" : LONGER_NAME, maxTokens);
        body.put("temperature", options.temperature());
        // TGI refuses the neutral value
        if (options.topP() < 1 || server.kind() != Kind.TGI) {
            body.put("top_p", options.topP());
        }
        body.put("seed", seed(options.seed()));
        putUnless(body, "frequency_penalty", options.frequencyPenalty(), 0);
        putUnless(body, "presence_penalty", options.presencePenalty(), 0);
        if (!options.logitBias().isEmpty()) {
            ObjectNode bias = body.putObject("logit_bias");
            options.logitBias().forEach((id, value) -> bias.put(Integer.toString(id), value));
        }
        if (!stops.isEmpty()) {
            stops.stream().limit(MOST_STOPS).forEach(body.putArray("stop")::add);
        }
        extensions()
                .forEach((name, value) -> {
                    if (server.takes(name)) {
                        body.putPOJO(name, value);
                    }
                });
        if (fixed && server.kind() == Kind.LLAMA_SERVER && server.takes("cache_prompt")) {
            body.put("cache_prompt", false);
        }
        if (server.streams()) {
            body.put("stream", true);
            if (server.takes("stream_options")) {
                body.putObject("stream_options").put("include_usage", true);
            }
        }
        return Json.json().writeValueAsString(body);
    }

    private static void putUnless(ObjectNode body, String name, double value, double neutral) {
        if (value != neutral) {
            body.put(name, value);
        }
    }

    /// vLLM takes what it is not told from the model's own file, and llama-server has defaults that
    /// leave tokens out, so these are told everything; others only what differs from nothing.
    private Map<String, Number> extensions() {
        return switch (server.kind()) {
            case VLLM ->
                    Map.of(
                            "top_k", options.topK() == 0 ? -1 : options.topK(),
                            "min_p", options.minP(),
                            "repetition_penalty", options.repetitionPenalty());
            case LLAMA_SERVER ->
                    Map.of(
                            "top_k", options.topK(),
                            "min_p", options.minP(),
                            "repeat_penalty", options.repetitionPenalty());
            case OPENAI, OLLAMA -> Map.of();
            case TGI, UNDERSTUDY, UNKNOWN -> notNeutral();
        };
    }

    private Map<String, Number> notNeutral() {
        Map<String, Number> told = new LinkedHashMap<>();
        if (options.topK() > 0) {
            told.put("top_k", options.topK());
        }
        if (options.minP() > 0) {
            told.put("min_p", options.minP());
        }
        if (options.repetitionPenalty() != 1) {
            told.put("repetition_penalty", options.repetitionPenalty());
        }
        return told;
    }

    /// Some servers take no negative seeds, and some only 32 bits. Those that fit stay as they are.
    static int seed(long seed) {
        return seed >= 0 && seed <= Integer.MAX_VALUE
                ? (int) seed
                : (int) (seed ^ (seed >>> 32)) & Integer.MAX_VALUE;
    }

    /// What a refusal names of the fields that may be left out.
    static List<String> dispensable(UpstreamProblem problem, String body) {
        List<String> names = new ArrayList<>();
        for (String name : OPTIONAL) {
            if (body.contains("\"" + name + "\":") && problem.names(name)) {
                names.add(name);
            }
        }
        if (body.contains("\"max_tokens\":") && problem.names(LONGER_NAME)) {
            names.add("max_tokens"); // then it goes by its longer name
        }
        return names;
    }
}
