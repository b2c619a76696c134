package understudy.bot;

import com.pengrad.telegrambot.model.BotCommand;
import com.pengrad.telegrambot.model.LinkPreviewOptions;
import com.pengrad.telegrambot.model.reaction.ReactionTypeEmoji;
import com.pengrad.telegrambot.model.request.ChatAction;
import com.pengrad.telegrambot.model.request.InlineKeyboardButton;
import com.pengrad.telegrambot.model.request.InlineKeyboardMarkup;
import com.pengrad.telegrambot.model.request.ReplyParameters;
import com.pengrad.telegrambot.request.AnswerCallbackQuery;
import com.pengrad.telegrambot.request.BaseRequest;
import com.pengrad.telegrambot.request.EditMessageText;
import com.pengrad.telegrambot.request.GetMe;
import com.pengrad.telegrambot.request.GetUpdates;
import com.pengrad.telegrambot.request.SendChatAction;
import com.pengrad.telegrambot.request.SendMessage;
import com.pengrad.telegrambot.request.SendMessageDraft;
import com.pengrad.telegrambot.request.SetMessageReaction;
import com.pengrad.telegrambot.request.SetMyCommands;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import understudy.base.UserError;

/// Telegram, through its Bot API or a server of one's own that speaks it.
///
/// Waiting for updates and sending have connections of their own, so that neither waits for the
/// other.
public final class TelegramTransport implements ChatTransport {
    /// Where Telegram itself answers.
    public static final String API_URL = "https://api.telegram.org";

    /// How long the Bot API may be asked to wait for updates.
    static final Duration MAX_WAIT = Duration.ofSeconds(50);

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration READ = Duration.ofSeconds(20);

    /// What an answer may take beyond the wait that was asked for.
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final ApiCalls polling;
    private final ApiCalls sending;
    private volatile @Nullable Account self;

    private TelegramTransport(ApiCalls polling, ApiCalls sending) {
        this.polling = polling;
        this.sending = sending;
    }

    /// @param token      as @BotFather gives it
    /// @param apiUrl     [#API_URL], or a server of one's own
    /// @param allowPlain whether the token may go over `http` to another machine
    /// @throws UserError where token or address cannot be right; nothing is called yet
    public static TelegramTransport connect(String token, String apiUrl, boolean allowPlain) {
        return connect(token, apiUrl, allowPlain, READ, MAX_WAIT.plus(MARGIN));
    }

    static TelegramTransport connect(
            String token, String apiUrl, boolean allowPlain, Duration read, Duration poll) {
        HttpUrl base = HttpUrl.parse(apiUrl);
        if (base == null || base.query() != null || !base.username().isEmpty()) {
            throw new UserError(
                    "the address of the Bot API is none", "--api-url", "write it like " + API_URL);
        }
        if (!base.isHttps() && !allowPlain && !loopback(base.host())) {
            throw new UserError(
                    "the token would go to " + base.host() + " in the clear",
                    "--api-url",
                    "use https; http is for a server on this machine only");
        }
        return new TelegramTransport(
                new ApiCalls(base, token, CONNECT, poll), new ApiCalls(base, token, CONNECT, read));
    }

    private static boolean loopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || host.matches("127(\\.\\d{1,3}){3}");
    }

    @Override
    public Account me() {
        JsonNode user = sending.call(new GetMe());
        JsonNode id = user.path("id");
        if (!id.isIntegralNumber()) {
            throw ApiCalls.failed(Failed.Kind.NETWORK, "the answer names no bot");
        }
        Account account = new Account(id.longValue(), user.path("username").asString(""));
        self = account;
        return account;
    }

    private Account self() {
        Account known = self;
        return known != null ? known : me();
    }

    @Override
    public List<Update> updates(long offset, Duration wait) {
        UpdateReader reader = new UpdateReader(self());
        GetUpdates request =
                new GetUpdates()
                        .limit(100)
                        .timeout((int) Math.clamp(wait.toSeconds(), 0, MAX_WAIT.toSeconds()))
                        .allowedUpdates(UpdateReader.KINDS.toArray(String[]::new));
        request.getParameters().put("offset", offset); // the library takes an int
        JsonNode answer = polling.call(request);
        if (!answer.isArray()) {
            throw ApiCalls.failed(Failed.Kind.NETWORK, "the answer holds no updates");
        }
        Instant now = Clock.systemUTC().instant();
        List<Update> updates = new ArrayList<>();
        for (JsonNode node : answer) {
            reader.read(node, now).ifPresent(updates::add);
        }
        if (updates.isEmpty() && !answer.isEmpty()) {
            throw ApiCalls.failed(Failed.Kind.NETWORK, "the updates have no numbers");
        }
        return updates;
    }

    @Override
    public long send(Outgoing message, Runnable beforeSend) {
        SendMessage request =
                new SendMessage(message.chat(), message.text())
                        .linkPreviewOptions(new LinkPreviewOptions().isDisabled(true));
        if (message.businessConnection() != null) {
            request.businessConnectionId(message.businessConnection());
        }
        if (message.replyTo() != null) {
            request.replyParameters(
                    new ReplyParameters(Math.toIntExact(message.replyTo()))
                            .allowSendingWithoutReply(true));
        }
        if (!message.buttons().isEmpty()) {
            request.replyMarkup(keyboard(message.buttons()));
        }
        JsonNode sent = sending.call(request, beforeSend);
        JsonNode id = sent.path("message_id");
        if (!id.isIntegralNumber() || !id.canConvertToLong()) {
            throw ApiCalls.failed(Failed.Kind.NETWORK, "the answer names no message");
        }
        return id.longValue();
    }

    private static InlineKeyboardMarkup keyboard(List<List<Button>> rows) {
        InlineKeyboardButton[][] keys =
                rows.stream()
                        .map(row ->
                                row.stream()
                                        .map(b ->
                                                new InlineKeyboardButton(b.label())
                                                        .callbackData(b.data()))
                                        .toArray(InlineKeyboardButton[]::new))
                        .toArray(InlineKeyboardButton[][]::new);
        return new InlineKeyboardMarkup(keys);
    }

    @Override
    public void typing(long chat, @Nullable String businessConnection) {
        SendChatAction request = new SendChatAction(chat, ChatAction.typing);
        if (businessConnection != null) {
            request.businessConnectionId(businessConnection);
        }
        optional(request);
    }

    @Override
    public void draft(long chat, long draft, String text) {
        SendMessageDraft request = new SendMessageDraft(chat, 1, text);
        request.getParameters().put("draft_id", draft); // the library takes an int
        request.getParameters().put("can_stop", true); // Bot API 10.3
        optional(request);
    }

    @Override
    public void edit(long chat, long message, String text, List<List<Button>> buttons) {
        EditMessageText request =
                new EditMessageText(chat, Math.toIntExact(message), text)
                        .linkPreviewOptions(new LinkPreviewOptions().isDisabled(true))
                        .replyMarkup(keyboard(buttons));
        try {
            sending.call(request);
        } catch (Failed e) {
            if (!said(e, "message is not modified")) {
                throw e;
            }
        }
    }

    @Override
    public void answerButton(String pressId, String notice) {
        AnswerCallbackQuery request = new AnswerCallbackQuery(pressId);
        if (!notice.isEmpty()) {
            request.text(notice);
        }
        try {
            sending.call(request);
        } catch (Failed e) {
            if (!said(e, "query is too old")) {
                throw e;
            }
        }
    }

    private static boolean said(Failed e, String words) {
        return e.kind() == Failed.Kind.REFUSED && String.valueOf(e.getMessage()).contains(words);
    }

    @Override
    public void react(long chat, long message, String emoji) {
        optional(
                new SetMessageReaction(
                        chat, Math.toIntExact(message), new ReactionTypeEmoji(emoji)));
    }

    @Override
    public void offerCommands(List<CommandEntry> commands, String language) {
        SetMyCommands request =
                new SetMyCommands(
                        commands.stream()
                                .map(c -> new BotCommand(c.name(), c.description()))
                                .toArray(BotCommand[]::new));
        if (!language.isEmpty()) {
            request.languageCode(language);
        }
        optional(request);
    }

    /// What an older server may not know: there a 404 says nothing about the token.
    private void optional(BaseRequest<?, ?> request) {
        try {
            sending.call(request);
        } catch (Failed e) {
            throw e.kind() == Failed.Kind.TOKEN
                    ? ApiCalls.failed(Failed.Kind.REFUSED, "this server does not know the call")
                    : e;
        }
    }

    @Override
    public void close() {
        polling.close();
        sending.close();
    }
}
