package understudy.importer.whatsapp;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import understudy.importer.DateOrder;

/// Decides from a whole file in which order it writes day, month and year.
///
/// Evidence, strongest first: dates that no calendar has, or that lie before WhatsApp or in the
/// future; dates in the names of attached files; days on which the chat would have gone back in
/// time; how far the dates wander in all (a chat that goes day by day in one order leaps month by
/// month in the other). The encryption notice takes no part in the last two: it often carries a
/// later date than the line after it.
final class DateOrderVote {
    /// Damaged lines may contradict the true order.
    private static final double DAMAGED = 0.005;

    /// WhatsApp could first be installed in 2009.
    private static final LocalDate FIRST_DAY = LocalDate.of(2009, 1, 1);

    /// The wandering decides only over at least this many different dates, and only when one
    /// order wanders at least this many times as far as the other.
    private static final int MIN_DATES = 3;

    private static final double MIN_WANDER_RATIO = 4;

    /// A header's date with what the vote needs to know beside it.
    ///
    /// @param header   as parsed
    /// @param line     number of its line, from 1
    /// @param notice   whether this is the encryption notice
    /// @param attached date in the name of a file in this message; null where there is none
    record Ballot(Header header, int line, boolean notice, @Nullable LocalDate attached) {}

    /// @param order   the order that is right, or likelier
    /// @param decided whether it is certain enough not to ask
    /// @param open    the orders that remain, the likelier first
    /// @param samples up to three dates that fit all of `open`, as written
    /// @param line    line of the first sample, from 1
    record Verdict(
            DateOrder order,
            boolean decided,
            List<DateOrder> open,
            List<String> samples,
            int line) {}

    /// What one order makes of the file.
    private static final class Reading {
        private int impossible;
        private int implausible;
        private int attachedRight;
        private int jumps;
        private long wander;
        private int dates;
    }

    private final List<Ballot> ballots;
    private final LocalDate latest;
    private final Map<DateOrder, Reading> readings = new EnumMap<>(DateOrder.class);

    private DateOrderVote(List<Ballot> ballots, LocalDate today) {
        this.ballots = ballots;
        this.latest = today.plusDays(2);
        for (DateOrder order : DateOrder.values()) {
            readings.put(order, read(order));
        }
    }

    /// @param ballots at least one
    /// @param today   dates after it, but for the zones of the earth, are in the future
    static Verdict decide(List<Ballot> ballots, LocalDate today) {
        return new DateOrderVote(ballots, today).decide();
    }

    private Reading read(DateOrder order) {
        Reading reading = new Reading();
        Set<LocalDate> different = new HashSet<>();
        LocalDateTime before = null;
        for (Ballot ballot : ballots) {
            LocalDate date = ballot.header().date().in(order);
            if (date == null) {
                reading.impossible++;
                continue;
            }
            if (date.isAfter(latest) || date.isBefore(FIRST_DAY)) {
                reading.implausible++;
            }
            if (ballot.attached() != null) {
                long away = Math.abs(ChronoUnit.DAYS.between(ballot.attached(), date));
                reading.attachedRight += away <= 1 ? 1 : 0;
            }
            if (ballot.notice()) {
                continue;
            }
            different.add(date);
            LocalDateTime time = date.atTime(ballot.header().time());
            if (before != null) {
                reading.jumps += time.isBefore(before.minusDays(1)) ? 1 : 0;
                reading.wander += Math.abs(ChronoUnit.DAYS.between(before.toLocalDate(), date));
            }
            before = time;
        }
        reading.dates = different.size();
        return reading;
    }

    private Verdict decide() {
        List<DateOrder> open = new ArrayList<>(List.of(DateOrder.values()));
        int fewest = open.stream().mapToInt(o -> of(o).impossible).min().orElse(0);
        boolean yearFirst = yearCanBeFirst();
        keep(open, fewest + (int) (DAMAGED * ballots.size()), Evidence.IMPOSSIBLE);
        int plausible = open.stream().mapToInt(o -> of(o).implausible).min().orElse(0);
        keep(open, plausible + (int) (DAMAGED * ballots.size()), Evidence.IMPLAUSIBLE);
        if (open.size() > 1 && !yearFirst) {
            open.remove(DateOrder.YMD);
        } else if (open.contains(DateOrder.YMD) && ballots.getFirst().header().eastern()) {
            open.retainAll(List.of(DateOrder.YMD));
        }
        if (open.size() > 1) {
            keepSupportedByAttachments(open);
        }
        while (open.size() > 1) {
            DateOrder loser = loser(open);
            if (loser == null) {
                break;
            }
            open.remove(loser);
        }
        if (open.size() > 1 && ballots.stream().allMatch(DateOrderVote::dotted)) {
            open.remove(DateOrder.MDY); // no language writes months first with dots
        }
        open.sort((a, b) -> Double.compare(unlikely(a), unlikely(b)));
        return verdict(open);
    }

    /// Two digits of a year come first in East Asia, and elsewhere only between hyphens.
    private boolean yearCanBeFirst() {
        Header first = ballots.getFirst().header();
        return first.date().yearAt() == 0 || first.eastern() || first.written().contains("-");
    }

    private enum Evidence {
        IMPOSSIBLE,
        IMPLAUSIBLE
    }

    private void keep(List<DateOrder> open, int most, Evidence evidence) {
        open.removeIf(order ->
                (evidence == Evidence.IMPOSSIBLE ? of(order).impossible : of(order).implausible)
                        > most);
    }

    private void keepSupportedByAttachments(List<DateOrder> open) {
        int best = open.stream().mapToInt(o -> of(o).attachedRight).max().orElse(0);
        if (best == 0) {
            return;
        }
        // Files that were forwarded carry an older date, so some are wrong in every order.
        open.removeIf(o -> of(o).attachedRight * 2 < best);
    }

    /// An order that another one beats clearly; null where none is.
    private @Nullable DateOrder loser(List<DateOrder> open) {
        for (DateOrder worse : open) {
            for (DateOrder better : open) {
                if (worse != better && beats(of(better), of(worse))) {
                    return worse;
                }
            }
        }
        return null;
    }

    private static boolean beats(Reading better, Reading worse) {
        if (better.jumps < worse.jumps) {
            return better.wander < worse.wander && worse.jumps >= 2 * better.jumps + 1;
        }
        return better.jumps == worse.jumps
                && Math.min(better.dates, worse.dates) >= MIN_DATES
                && worse.wander >= MIN_WANDER_RATIO * Math.max(1, better.wander);
    }

    private static boolean dotted(Ballot ballot) {
        return ballot.header().written().contains(".");
    }

    /// Breaks a tie, for reading on with a warning: the way of the United States is M/D/YY without
    /// leading zeros, or with AM and PM; nearly everybody else writes the day first.
    private double unlikely(DateOrder order) {
        boolean american =
                ballots.stream().noneMatch(b -> b.header().padded())
                        && ballots.stream()
                                .allMatch(b ->
                                        b.header().date().yearAt() < 0
                                                && b.header().written().contains("/")
                                                && b.header().style().signature().contains(","));
        double habit =
                switch (order) {
                    case DMY -> american ? 1 : 0;
                    case MDY -> american ? 0 : 1;
                    case YMD -> 2;
                };
        return habit * 1_000_000 + of(order).wander;
    }

    private Verdict verdict(List<DateOrder> open) {
        Set<String> samples = new LinkedHashSet<>();
        int line = ballots.getFirst().line();
        boolean sameDay = true;
        for (Ballot ballot : ballots) {
            Set<@Nullable LocalDate> meanings = new HashSet<>();
            open.forEach(order -> meanings.add(ballot.header().date().in(order)));
            if (meanings.size() > 1 && !meanings.contains(null)) {
                line = samples.isEmpty() ? ballot.line() : line;
                sameDay = false;
                if (samples.size() < 3) {
                    samples.add(ballot.header().written());
                }
            }
        }
        // 03/03/2024 is the same day in every order.
        boolean decided = open.size() == 1 || sameDay;
        return new Verdict(
                open.getFirst(),
                decided,
                List.copyOf(open),
                samples.isEmpty()
                        ? List.of(ballots.getFirst().header().written())
                        : List.copyOf(samples),
                line);
    }

    private Reading of(DateOrder order) {
        Reading reading = readings.get(order);
        if (reading == null) {
            throw new IllegalStateException("no reading of " + order);
        }
        return reading;
    }
}
