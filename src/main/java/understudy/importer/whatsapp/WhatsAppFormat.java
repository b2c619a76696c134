package understudy.importer.whatsapp;

import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.importer.AmbiguousDates;
import understudy.importer.ChatFormat;
import understudy.importer.DateOrder;
import understudy.importer.DateReading;
import understudy.importer.ExportFile;
import understudy.importer.ExportFile.ExportText;
import understudy.importer.ImportOptions;
import understudy.importer.ImportReport;
import understudy.importer.ImportResult;

/// WhatsApp's "Export chat": a text per chat, alone or in a zip with its media.
public final class WhatsAppFormat implements ChatFormat {
    /// A header shows up within this many lines, or the text is none of WhatsApp's.
    private static final int SAMPLE_LINES = 200;

    private static final Pattern ATTACHED_ON =
            Pattern.compile(
                    "(?:[A-Z]{3,7}-(\\d{4})(\\d{2})(\\d{2})-WA\\d"
                        + "|\\d{8}-[A-Z_]{3,12}-(\\d{4})-(\\d{2})-(\\d{2})-"
                        + "|^\\W?(?:PHOTO|VIDEO|AUDIO|STICKER|GIF)-(\\d{4})-(\\d{2})-(\\d{2})-)");

    private final Clock clock;

    public WhatsAppFormat() {
        this(Clock.systemDefaultZone());
    }

    /// @param clock tells which dates lie in the future
    WhatsAppFormat(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String platform() {
        return "whatsapp";
    }

    @Override
    public boolean recognises(ExportFile export) {
        return !chatTexts(export).isEmpty();
    }

    @Override
    public ImportResult read(ExportFile export, ImportOptions options) {
        ImportReport.Tally tally = new ImportReport.Tally();
        List<Chat> chats = new ArrayList<>();
        List<DateReading> dates = new ArrayList<>();
        List<ExportText> texts = chatTexts(export);
        for (ExportText text : texts) {
            chats.add(chat(export, text, texts.size() == 1, options, tally, dates));
        }
        String file = export.path().toString();
        return new ImportResult(chats, tally.report(file, chats), platform(), dates);
    }

    /// The texts that are chats. A zip may hold text files that somebody sent: where some are
    /// named like a chat, the others are not.
    private static List<ExportText> chatTexts(ExportFile export) {
        List<ExportText> opening =
                export.texts().stream().filter(text -> opens(text.text().text())).toList();
        List<ExportText> named =
                opening.stream().filter(text -> ChatName.isChatFile(text.name())).toList();
        return named.isEmpty() ? opening : named;
    }

    private static boolean opens(String text) {
        int end = 0;
        for (int lines = 0; lines < SAMPLE_LINES && end >= 0 && end < text.length(); lines++) {
            int next = text.indexOf('\n', end);
            end = next < 0 ? text.length() : next + 1;
        }
        return HeaderScan.opens(Line.split(text.substring(0, end)));
    }

    private Chat chat(
            ExportFile export,
            ExportText text,
            boolean only,
            ImportOptions options,
            ImportReport.Tally tally,
            List<DateReading> dates) {
        text.text().warnings().forEach(tally::warn);
        String name = ChatName.fromFile(text.name());
        if (name == null && only) {
            name = ChatName.fromFile(export.fileName());
        }
        List<Line> lines = Line.split(text.text().text());
        HeaderScan scan = HeaderScan.of(lines);
        if (scan.foreign() > 0) {
            tally.warn(
                    "%d lines look like the beginning of a message of another export; they were "
                                    .formatted(scan.foreign())
                            + "kept as text of the message before them");
        }
        List<@Nullable Header> headers = new ArrayList<>(scan.headers());
        DateOrder order = order(export, headers, lines, options, tally, dates);
        List<Entry> entries = entries(lines, headers, order, tally);
        if (entries.isEmpty()) {
            throw noMessages(export);
        }
        warnOfWords(entries, tally);
        Senders senders = Senders.of(entries, name);
        MessageReader reader = new MessageReader(senders, order, name);
        List<Message> messages = reader.read(entries);
        if (name == null) {
            name = reader.noticeAuthor();
        }
        return new Chat(platform(), name == null ? ChatName.fromSenders(messages) : name, messages);
    }

    /// A word for the half of the day that we do not know would make a time wrong by 12 hours.
    private static void warnOfWords(List<Entry> entries, ImportReport.Tally tally) {
        boolean twelveHours = entries.stream().allMatch(e -> e.header().time().getHour() <= 12);
        String word =
                entries.stream()
                        .map(e -> e.header().unknown())
                        .filter(w -> !w.isEmpty())
                        .findFirst()
                        .orElse("");
        if (twelveHours && !word.isEmpty()) {
            tally.warn(
                    "the word \"%s\" beside the clock is not known; if it means afternoon, times are 12 hours early"
                            .formatted(word));
        }
    }

    private static UserError noMessages(ExportFile export) {
        return new UserError(
                "no message has a readable date",
                export.path().toString(),
                "give --date-order, or export the chat again");
    }

    private DateOrder order(
            ExportFile export,
            List<@Nullable Header> headers,
            List<Line> lines,
            ImportOptions options,
            ImportReport.Tally tally,
            List<DateReading> dates) {
        if (options.dateOrder() != null) {
            return given(export, headers, lines, options.dateOrder());
        }
        List<DateOrderVote.Ballot> ballots = ballots(headers, lines);
        DateOrderVote.Verdict verdict = DateOrderVote.decide(ballots, LocalDate.now(clock));
        if (!verdict.decided()) {
            AmbiguousDates ambiguous =
                    new AmbiguousDates(
                            export.path().toString(),
                            verdict.line(),
                            verdict.samples(),
                            verdict.open(),
                            ballots.size(),
                            style(ballots));
            if (options.strict()) {
                throw ambiguous;
            }
            tally.warn(
                    "%s; read as %s, which is likelier"
                            .formatted(ambiguous.what(), verdict.order().flag()));
        }
        if (verdict.open().size() == 1) {
            dates.add(new DateReading(style(ballots), verdict.order()));
        }
        return verdict.order();
    }

    /// Padding is part of it: `07/05/2018` and `7/5/2018` come from different phones.
    private static String style(List<DateOrderVote.Ballot> ballots) {
        Header first = ballots.getFirst().header();
        boolean padded = ballots.stream().anyMatch(b -> b.header().padded());
        return first.style() + (padded ? " padded" : "");
    }

    private static DateOrder given(
            ExportFile export, List<@Nullable Header> headers, List<Line> lines, DateOrder order) {
        int fits = 0;
        int all = 0;
        int line = 1;
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            if (header != null) {
                all++;
                boolean fit = header.date().in(order) != null;
                line = !fit && fits == all - 1 ? lines.get(i).number() : line;
                fits += fit ? 1 : 0;
            }
        }
        if (fits * 2 < all) {
            throw new UserError(
                    "%d of %d dates do not fit the order %s"
                            .formatted(all - fits, all, order.flag()),
                    export.path() + " line " + line,
                    "leave --date-order away, or give another one");
        }
        return order;
    }

    private static List<DateOrderVote.Ballot> ballots(
            List<@Nullable Header> headers, List<Line> lines) {
        List<DateOrderVote.Ballot> ballots = new ArrayList<>();
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            if (header != null) {
                String rest = lines.get(i).text().substring(header.body());
                ballots.add(
                        new DateOrderVote.Ballot(
                                header,
                                lines.get(i).number(),
                                Words.standard().isNotice(rest),
                                attachedOn(rest)));
            }
        }
        return ballots;
    }

    private static @Nullable LocalDate attachedOn(String rest) {
        if (rest.indexOf('-') < 0) {
            return null;
        }
        Matcher found = ATTACHED_ON.matcher(Marks.plain(rest));
        if (!found.find()) {
            return null;
        }
        int group = found.group(1) != null ? 1 : found.group(4) != null ? 4 : 7;
        return new WrittenDate(
                        Integer.parseInt(found.group(group)),
                        Integer.parseInt(found.group(group + 1)),
                        Integer.parseInt(found.group(group + 2)),
                        0,
                        -1,
                        null)
                .in(DateOrder.YMD);
    }

    private static List<Entry> entries(
            List<Line> lines,
            List<@Nullable Header> headers,
            DateOrder order,
            ImportReport.Tally tally) {
        List<Entry> entries = new ArrayList<>();
        int impossible = 0;
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            Header header = headers.get(i);
            boolean dated = header != null && header.date().in(order) != null;
            impossible += header != null && !dated ? 1 : 0;
            if (header != null && dated) {
                entries.add(
                        new Entry(
                                header,
                                line.number(),
                                line.text().substring(header.body()),
                                new ArrayList<>()));
                tally.keep(1);
            } else if (!entries.isEmpty()) {
                entries.getLast().more().add(line.text());
                tally.keep(1);
            } else {
                String reason =
                        header != null ? "a date that no calendar has" : "before the first message";
                tally.skip(reason, line.number());
            }
        }
        if (impossible > 0) {
            tally.warn(
                    "%d lines begin with a date that no calendar has; they were kept as text of "
                                    .formatted(impossible)
                            + "the message before them");
        }
        return entries;
    }
}
