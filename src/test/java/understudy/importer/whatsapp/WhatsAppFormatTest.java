package understudy.importer.whatsapp;

import java.nio.file.Path;
import understudy.importer.ChatFormatContract;

class WhatsAppFormatTest extends ChatFormatContract {
    @Override
    protected String platform() {
        return "whatsapp";
    }

    @Override
    protected Path fixtures() {
        return Path.of("src/test/resources/fixtures/whatsapp");
    }
}
