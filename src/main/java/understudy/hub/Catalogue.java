package understudy.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import understudy.base.Json;

/// The models that have a name here.
///
/// @param models in the order of the file, small ones first
public record Catalogue(List<CatalogueModel> models) {
    private static final String RESOURCE = "/models.yaml";

    /// Names further away than this are no slip of the finger.
    private static final int MOST_EDITS = 6;

    private static final int MOST_SUGGESTIONS = 3;

    public Catalogue {
        models = List.copyOf(models);
    }

    /// The one that comes with the program.
    public static Catalogue standard() {
        try (InputStream in = Catalogue.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks " + RESOURCE);
            }
            return Json.yaml().readValue(in, Catalogue.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The model of that name, upper and lower case alike.
    public Optional<CatalogueModel> find(String name) {
        return models.stream().filter(model -> model.name().equalsIgnoreCase(name)).findFirst();
    }

    /// The terms of use that a repository of the hub comes under, whether or not it has a name
    /// here.
    ///
    /// @param repository `org/name`; the hub takes upper and lower case alike
    Optional<CatalogueModel.Terms> terms(String repository) {
        String small = repository.toLowerCase(Locale.ROOT);
        return models.stream()
                .map(CatalogueModel::terms)
                .filter(terms -> terms != null && small.startsWith(terms.covers()))
                .findFirst();
    }

    /// The names most like `name`, most similar first; maybe none.
    public List<String> similar(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        record Candidate(String name, int edits) {}
        return models.stream()
                .map(model -> new Candidate(model.name(), edits(small, model.name())))
                .filter(c -> c.edits <= MOST_EDITS && c.edits < c.name.length())
                .sorted(Comparator.comparingInt(Candidate::edits))
                .limit(MOST_SUGGESTIONS)
                .map(Candidate::name)
                .toList();
    }

    /// Levenshtein's distance: insertions, deletions and replacements from `a` to `b`.
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
