package understudy.generate;

import java.util.ArrayList;
import java.util.List;
import understudy.tensor.Activations;
import understudy.tensor.RowBlock;
import understudy.tensor.Workers;

/// Multiplies that do not wait for each other, shared among the worker threads in one go.
final class FusedWork {
    private static final int TILE = 32;

    private final int most;
    private final List<Job> jobs = new ArrayList<>();
    private final List<RowBlock.Scratch> scratch = new ArrayList<>();

    /// @param most vectors at most
    FusedWork(int most) {
        this.most = most;
    }

    /// @param first the first vector
    /// @param count vectors
    /// @param tile  first tile of this job among those of all jobs
    private record Job(
            RowBlock block, Activations x, int first, int count, int tile, RowBlock.Taker taker) {
        int tiles() {
            return (block.rows() + TILE - 1) / TILE;
        }
    }

    /// Adds a multiply of all rows of `block` with some vectors.
    ///
    /// @param taker called by several threads, for different rows
    void add(RowBlock block, Activations x, int first, int count, RowBlock.Taker taker) {
        block.prepare(x);
        jobs.add(new Job(block, x, first, count, tiles(), taker));
    }

    private int tiles() {
        return jobs.isEmpty() ? 0 : jobs.getLast().tile + jobs.getLast().tiles();
    }

    /// Does what was added; returns when all is done.
    void run() {
        int tiles = tiles();
        int parts = Math.min(tiles, 16 * Workers.threads());
        while (scratch.size() < parts) {
            scratch.add(new RowBlock.Scratch(most));
        }
        Workers.run(
                parts,
                part ->
                        stretch(
                                (int) ((long) tiles * part / parts),
                                (int) ((long) tiles * (part + 1) / parts),
                                scratch.get(part)));
        jobs.clear();
    }

    private void stretch(int from, int to, RowBlock.Scratch memory) {
        for (Job job : jobs) {
            int begin = Math.max(from, job.tile) - job.tile;
            int end = Math.min(to, job.tile + job.tiles()) - job.tile;
            if (begin < end) {
                int last = Math.min(end * TILE, job.block.rows());
                job.block.multiply(
                        job.x, job.first, job.count, begin * TILE, last, memory, job.taker);
            }
        }
    }
}
