package understudy.generate;

import java.util.ArrayList;
import java.util.List;
import understudy.tensor.Activations;
import understudy.tensor.RowBlock;
import understudy.tensor.Workers;

/// Multiplies that do not wait for each other, shared among the worker threads in one go.
final class FusedWork {
    private static final int TILE = 32;

    private final List<Job> jobs = new ArrayList<>();
    private final List<RowBlock.Scratch> scratch = new ArrayList<>(); // by thread

    /// @param most vectors at most
    FusedWork(int most) {
        for (int thread = 0; thread < Workers.threads(); thread++) {
            scratch.add(new RowBlock.Scratch(most));
        }
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
        Workers.stretches(
                parts,
                (part, thread) ->
                        stretch(
                                (int) ((long) tiles * part / parts),
                                (int) ((long) tiles * (part + 1) / parts),
                                scratch.get(thread)));
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
