package understudy.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/// The page `/docs` in Chromium: it shows the API and can try it out.
@Tag("browser")
class DocsPageTest {
    private static final Path SHOTS = Path.of("target", "docs-page");
    private static TestServer server;
    private static ChromeDriver browser;

    @BeforeAll
    static void open() throws Exception {
        server = TestServer.guarded(null);
        Files.createDirectories(SHOTS);
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        // containers have no user namespaces for the sandbox, and little shared memory
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--window-size=1280,1600");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        // the driver is named, so that Selenium looks for none and downloads none
        browser =
                new ChromeDriver(
                        new ChromeDriverService.Builder()
                                .usingDriverExecutable(new File("/usr/bin/chromedriver"))
                                .usingAnyFreePort()
                                .build(),
                        options);
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.quit();
        }
        server.close();
    }

    private static WebElement find(String css) {
        return new WebDriverWait(browser, Duration.ofSeconds(60))
                .until(ExpectedConditions.visibilityOfElementLocated(By.cssSelector(css)));
    }

    private static void shoot(String name) throws Exception {
        byte[] image = browser.getScreenshotAs(OutputType.BYTES);
        Files.write(SHOTS.resolve(name + ".png"), image);
    }

    /// Errors of scripts, and everything that the page's policy kept from loading.
    private static List<String> complaints() {
        return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /// Opens an operation by its address, sends its example, and gives back what is shown.
    private static String tryOut(String tag, String operation, String shot) throws Exception {
        browser.get("about:blank"); // a change of the fragment alone would not load the page
        browser.get(server.server.url() + "/docs#/" + tag + "/" + operation);
        String block = "#operations-" + tag + "-" + operation;
        WebElement execute = find(block + " .execute");
        browser.executeScript("arguments[0].scrollIntoView({block: 'center'})", execute);
        execute.click();
        String answer = block + " .live-responses-table";
        assertThat(find(answer + " tr.response .response-col_status").getText()).startsWith("200");
        WebElement body = find(answer + " tr.response .highlight-code");
        browser.executeScript("arguments[0].scrollIntoView({block: 'end'})", body);
        shoot(shot);
        return body.getText();
    }

    @Test
    void theArticlesEndpointCanBeTriedOut() throws Exception {
        String shown = tryOut("Article", "generate", "generate");
        assertThat(shown).contains("generated_text").contains("So far so good.");
        assertThat(server.completer.raw()).contains("How was your day?");
        assertThat(complaints()).isEmpty();
    }

    @Test
    void aConversationCanBeTriedOut() throws Exception {
        String shown = tryOut("OpenAI", "createChatCompletion", "chat");
        assertThat(shown).contains("\"role\": \"assistant\"").contains("So far so good.");
        assertThat(complaints()).isEmpty();
    }

    @Test
    void allOperationsAreShown() throws Exception {
        browser.get("about:blank");
        browser.get(server.server.url() + "/docs");
        find("#operations-OpenAI-createCompletion");
        long documented = server.server.routes().stream().filter(r -> r.documented()).count();
        assertThat(browser.findElements(By.cssSelector(".opblock"))).hasSize((int) documented);
        shoot("all");
        browser.get(server.server.url() + "/");
        find("a[href='/docs']").click();
        find("#operations-Article-generate");
        assertThat(complaints()).isEmpty();
    }
}
