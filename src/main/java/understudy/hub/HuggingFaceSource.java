package understudy.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.weights.Safetensors;

/// A model on the Hugging Face hub, kept in the cache that all its programs share.
///
/// @param name what the person called it
record HuggingFaceSource(HubSettings settings, HubId id, String name) implements ModelSource {
    /// Left free beside the download, so that the machine goes on working.
    private static final long SPARE_BYTES = 200L << 20;

    @Override
    public String label() {
        return settings.endpoint().getHost() + "/" + id.repository();
    }

    @Override
    public Optional<LocalModel> local() {
        HubCache cache = HubCache.of(settings, id);
        return cache.commit(id.revision())
                .flatMap(commit -> cache.complete(commit).map(path -> model(path, commit)));
    }

    private LocalModel model(Path path, @Nullable String commit) {
        return new LocalModel(name, path, commit, null, id.repository());
    }

    @Override
    public LocalModel fetch(Progress progress) {
        if (settings.offline()) {
            throw Hub.offline(label());
        }
        try (HubHttp http = new HubHttp(settings)) {
            return fetch(http, progress);
        }
    }

    private LocalModel fetch(HubHttp http, Progress progress) {
        String api =
                "/api/models/%s/revision/%s?blobs=true".formatted(id.repository(), id.revision());
        String text =
                new Retries(settings, progress)
                        .run(id.repository(), () -> 0, () -> http.text(api, id.repository()));
        JsonNode answer = parse(text);
        String commit = answer.path("sha").asString("");
        if (!HubCache.isCommit(commit)) {
            throw strange("names no commit");
        }
        List<HubFile> files = HubFile.needed(answer.path("siblings"), id.repository());
        HubCache cache = HubCache.of(settings, id);
        try {
            room(cache, files);
            for (HubFile file : files) {
                new BlobDownload(settings, http, cache, file, progress)
                        .run("/%s/resolve/%s/%s".formatted(id.repository(), commit, file.name()));
                cache.link(commit, file.name(), file.hash());
            }
            Path snapshot = cache.snapshot(commit);
            Safetensors.open(snapshot).close(); // what does not load is no success
            cache.writeRef(id.revision(), commit);
            return model(snapshot, commit);
        } catch (IOException e) {
            throw new UserError(
                    "cannot write into the model cache",
                    cache.folder().toString(),
                    "make it writable, or choose another place with HF_HOME",
                    ExitCode.UNEXPECTED_STATE,
                    e);
        }
    }

    private JsonNode parse(String text) {
        try {
            return Json.json().readTree(text);
        } catch (JacksonException e) {
            throw strange("is not JSON");
        }
    }

    private UserError strange(String what) {
        return new UserError(
                "the hub's answer " + what,
                label(),
                "check HF_ENDPOINT; perhaps something on the way answers in its place",
                ExitCode.UNEXPECTED_STATE,
                null);
    }

    private void room(HubCache cache, List<HubFile> files) throws IOException {
        long wanted = SPARE_BYTES;
        for (HubFile file : files) {
            wanted += Math.max(0, file.size() - cache.present(file.hash()));
        }
        PrivateFiles.createFolders(cache.folder());
        long free = Files.getFileStore(cache.folder()).getUsableSpace();
        if (free > 0 && free < wanted) {
            throw new UserError(
                    "the disk has %,d MB free, the model needs %,d MB"
                            .formatted(free >> 20, wanted >> 20),
                    cache.folder().toString(),
                    "make room, or choose another place with HF_HOME");
        }
    }
}
