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
/// @param terms      of use, which the person accepts before the model is fetched or used; null
///                   where the licence asks for nothing of the kind
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
        @Nullable Terms terms,
        List<Source> sources) {
    public CatalogueModel {
        languages = List.copyOf(languages);
        sources = List.copyOf(sources);
    }

    /// Terms of use.
    ///
    /// @param name   as their author calls them
    /// @param url    where they can be read
    /// @param notice what they say in short, and how far it binds
    /// @param covers how the names of the hub's repositories under them begin
    public record Terms(String name, String url, String notice, String covers) {}

    /// Sizes of a transformer with gated MLPs and grouped attention, which all families here are.
    ///
    /// @param hidden       width of the residual stream
    /// @param kvHeads      heads of keys and values
    /// @param intermediate width inside the MLP
    /// @param tied         whether the output head is the embedding
    /// @param head         width of one head; null for `hidden / heads`
    /// @param biased       whether queries, keys and values have a bias; null for no
    /// @param headNorms    whether the heads of queries and keys are normalised; null for no
    /// @param norms        norms of a block besides; null for 2
    public record Shape(
            int hidden,
            int layers,
            int heads,
            @JsonProperty("kv_heads") int kvHeads,
            int intermediate,
            int vocabulary,
            boolean tied,
            @Nullable Integer head,
            @Nullable Boolean biased,
            @JsonProperty("head_norms") @Nullable Boolean headNorms,
            @Nullable Integer norms) {
        private static final int USUAL_NORMS = 2;

        /// Width of one head.
        public int headSize() {
            return head == null ? hidden / heads : head;
        }

        /// Weights of one block, its norms and biases included.
        public long blockParameters() {
            long queries = (long) heads * headSize();
            long keysAndValues = 2L * kvHeads * headSize();
            long attention = hidden * (2 * queries + keysAndValues);
            long biases = Boolean.TRUE.equals(biased) ? queries + keysAndValues : 0;
            long headWide = Boolean.TRUE.equals(headNorms) ? 2L * headSize() : 0;
            long wide = (long) (norms == null ? USUAL_NORMS : norms) * hidden;
            return wide + headWide + biases + attention + 3L * hidden * intermediate;
        }

        /// Weights of the whole network.
        public long parameters() {
            long embedding = (long) vocabulary * hidden;
            return embedding * (tied ? 1 : 2) + layers * blockParameters() + hidden;
        }
    }

    /// Where it can be had: on the hub, in a package, or in several packages that hold a piece of
    /// the file each; the fields of the other kinds are null.
    ///
    /// @param file name of the file that the parts make, whose SHA-256 is `memberSha256`
    public record Source(
            @Nullable String hub,
            @Nullable String revision,
            @JsonProperty("package") @Nullable String packageName,
            @Nullable String version,
            @Nullable String sha256,
            @Nullable Long bytes,
            @Nullable String member,
            @JsonProperty("member_sha256") @Nullable String memberSha256,
            @Nullable String file,
            @Nullable List<Part> parts) {
        public Source {
            parts = parts == null ? null : List.copyOf(parts);
        }

        /// For tables and sentences.
        public String label() {
            return hub != null
                    ? "Hugging Face hub " + hub
                    : "package " + packageName + "==" + version;
        }
    }

    /// A package that holds one piece of a file.
    public record Part(
            @JsonProperty("package") String packageName,
            String version,
            String sha256,
            long bytes,
            String member,
            @JsonProperty("member_sha256") String memberSha256) {}

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
