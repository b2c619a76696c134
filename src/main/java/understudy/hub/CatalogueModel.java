package understudy.hub;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A model that has a name here.
///
/// @param name       what `--base` takes
/// @param title      as its publisher calls it
/// @param family     the architecture, `model_type` in config.json
/// @param parameters count of weights
/// @param license    SPDX id or the licence's own name
/// @param gated      whether the publisher's terms must be accepted on the hub first
/// @param languages  ISO 639-1 codes
/// @param context    tokens the model was made for
/// @param shape      sizes of the network
/// @param sources    in the order they are tried
public record CatalogueModel(
        String name,
        String title,
        String family,
        long parameters,
        String license,
        boolean gated,
        List<String> languages,
        int context,
        Shape shape,
        List<Source> sources) {
    public CatalogueModel {
        languages = List.copyOf(languages);
        sources = List.copyOf(sources);
    }

    /// Sizes of a transformer with gated MLPs and grouped attention, which all families here are.
    ///
    /// @param hidden       width of the residual stream
    /// @param kvHeads      heads of keys and values
    /// @param intermediate width inside the MLP
    /// @param tied         whether the output head is the embedding
    public record Shape(
            int hidden,
            int layers,
            int heads,
            @JsonProperty("kv_heads") int kvHeads,
            int intermediate,
            int vocabulary,
            boolean tied) {
        /// Width of one head.
        public int headSize() {
            return hidden / heads;
        }

        /// Weights of one block, its two norms included.
        public long blockParameters() {
            long attention = 2L * hidden * hidden + 2L * hidden * kvHeads * headSize();
            return 2L * hidden + attention + 3L * hidden * intermediate;
        }

        /// Weights of the whole network.
        public long parameters() {
            long embedding = (long) vocabulary * hidden;
            return embedding * (tied ? 1 : 2) + layers * blockParameters() + hidden;
        }
    }

    /// Where it can be had: on the hub, or in a package; the fields of the other kind are null.
    public record Source(
            @Nullable String hub,
            @Nullable String revision,
            @JsonProperty("package") @Nullable String packageName,
            @Nullable String version,
            @Nullable String sha256,
            @Nullable Long bytes,
            @Nullable String member,
            @JsonProperty("member_sha256") @Nullable String memberSha256) {
        /// For tables and sentences.
        public String label() {
            return hub != null
                    ? "Hugging Face hub " + hub
                    : "package " + packageName + "==" + version;
        }
    }

    /// `org/name` on the hub; null where no source is there.
    public @Nullable String published() {
        for (Source source : sources) {
            if (source.hub != null) {
                return source.hub;
            }
        }
        return null;
    }
}
