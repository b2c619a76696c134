package understudy.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.List;
import understudy.base.ExitCode;
import understudy.base.PrivateFiles;
import understudy.base.UserError;

/// Brings one file into the cache: goes on where an earlier attempt broke off, checks size and
/// hash, forces it to disk, and only then gives it its name.
///
/// @param file what the hub says about it
record BlobDownload(
        HubSettings settings, HubHttp http, HubCache cache, HubFile file, Progress progress) {
    /// @param path under the endpoint
    /// @throws UserError when it cannot be had
    void run(String path) {
        try {
            PrivateFiles.createFolders(cache.blobs());
            PrivateFiles.createFolders(cache.locks());
            try (FileChannel lock = PrivateFiles.append(cache.lock(file.hash()));
                    FileLock held = acquire(lock)) {
                if (!held.isValid() || Files.isRegularFile(cache.blob(file.hash()))) {
                    progress.bytes(file.name(), file.size(), file.size());
                    return;
                }
                new Retries(settings, progress)
                        .run(file.name(), () -> cache.present(file.hash()), () -> attempt(path));
            }
        } catch (IOException e) {
            throw new UserError(
                    "cannot write the download",
                    cache.folder().toString(),
                    "make room on the disk, or choose another place with HF_HOME",
                    ExitCode.UNEXPECTED_STATE,
                    e);
        }
    }

    /// Waits while another process downloads the same file.
    private FileLock acquire(FileChannel lock) throws IOException {
        try {
            FileLock held = lock.tryLock();
            if (held != null) {
                return held;
            }
            progress.say(file.name() + " is being fetched by another program; waiting for it");
            return lock.lock();
        } catch (OverlappingFileLockException e) {
            throw new UserError(
                    "the file is being fetched already", file.name(), "wait until that is done");
        }
    }

    private Path attempt(String path) throws IOException, InterruptedException {
        Path incomplete = cache.incomplete(file.hash());
        long from = Files.exists(incomplete) ? Files.size(incomplete) : 0;
        if (from > file.size()) {
            Files.delete(incomplete);
            from = 0;
        }
        if (from < file.size() || file.size() == 0) {
            receive(path, incomplete, from);
        }
        String found = hash(incomplete);
        if (!found.equals(file.hash())) {
            // the beginning may be what a power cut left; then all of it is worth another attempt
            throw quarantined(incomplete, found, from > 0);
        }
        PrivateFiles.publish(incomplete, cache.blob(file.hash()));
        return incomplete;
    }

    private void receive(String path, Path incomplete, long from)
            throws IOException, InterruptedException {
        try (HubHttp.Reply reply = http.get(path, from, file.name())) {
            long start = from;
            if (from > 0 && !continues(reply, from)) {
                Files.delete(incomplete); // the server sends all of it again
                start = 0;
            }
            try (FileChannel out = PrivateFiles.append(incomplete)) {
                long done = start;
                List<ByteBuffer> buffers;
                while ((buffers = reply.body().next(settings.stall())) != null) {
                    for (ByteBuffer buffer : buffers) {
                        if (buffer.remaining() > file.size() - done) {
                            throw tooLong(incomplete);
                        }
                        done += buffer.remaining();
                        write(out, buffer, incomplete);
                    }
                    progress.bytes(file.name(), done, file.size());
                }
                out.force(true);
                if (done < file.size()) {
                    throw new IOException("the connection ended early");
                }
            }
        }
    }

    private static void write(FileChannel out, ByteBuffer buffer, Path file) throws IOException {
        try {
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        } catch (IOException e) {
            // tells a full disk from a broken connection
            FileSystemException disk = new FileSystemException(file.toString());
            disk.initCause(e);
            throw disk;
        }
    }

    private static boolean continues(HubHttp.Reply reply, long from) {
        String range = reply.headers().firstValue("Content-Range").orElse("");
        return reply.status() == 206 && range.startsWith("bytes " + from + "-");
    }

    private HubFailure tooLong(Path incomplete) throws IOException {
        Files.deleteIfExists(incomplete);
        return new HubFailure(
                new UserError(
                        "the hub sends more than the " + file.size() + " bytes it announced",
                        file.name(),
                        "try again; if it stays so, check HF_ENDPOINT",
                        ExitCode.UNEXPECTED_STATE,
                        null),
                false,
                null);
    }

    private HubFailure quarantined(Path incomplete, String found, boolean again)
            throws IOException {
        Path damaged = cache.blob(file.hash() + ".damaged");
        Files.move(incomplete, damaged, StandardCopyOption.REPLACE_EXISTING);
        return new HubFailure(
                new UserError(
                        "the downloaded file is not what the hub announced: its hash is "
                                + found.substring(0, 12)
                                + "... instead of "
                                + file.hash().substring(0, 12)
                                + "...",
                        file.name() + ", kept as " + damaged,
                        "try again; if it stays so, something on the way changes the files",
                        ExitCode.UNEXPECTED_STATE,
                        null),
                again,
                null);
    }

    /// SHA-256 for large files, git's object hash for small ones, as the hub names them.
    private String hash(Path path) throws IOException {
        boolean large = file.hash().length() == 64;
        MessageDigest digest = Digests.of(large ? "SHA-256" : "SHA-1");
        if (!large) {
            String header = "blob " + Files.size(path) + "\0";
            digest.update(header.getBytes(StandardCharsets.US_ASCII));
        }
        return Digests.hex(digest, path);
    }
}
