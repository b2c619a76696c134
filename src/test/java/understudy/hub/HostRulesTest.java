package understudy.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostRulesTest {
    private static final URI HUB = URI.create("https://huggingface.co");

    private static String refusal(String target, String address) {
        HostRules rules =
                new HostRules(HUB, host -> new InetAddress[] {InetAddress.getByName(address)});
        return rules.refusal(URI.create(target), false);
    }

    @Test
    void theHubAndItsDeliveryArePermitted() {
        assertThat(refusal("https://cdn-lfs.hf.co/x", "93.184.216.34")).isNull();
        assertThat(refusal("https://cas.xethub.hf.co/x?a=b", "2606:2800:220:1::1")).isNull();
        assertThat(refusal("https://CDN.huggingface.co:443/x", "93.184.216.34")).isNull();
        assertThat(refusal("https://huggingface.co/other", "10.0.0.1"))
                .as("the endpoint is the person's choice")
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://cdn-lfs.hf.co/x",
                "https://hf.co.evil.org/x",
                "https://evilhf.co/x",
                "https://hf.co@evil.org/x",
                "https://user@cdn.hf.co/x",
                "https://cdn.hf.co:8443/x",
                "https://127.0.0.1/x",
                "ftp://cdn.hf.co/x",
                "https:///x",
                "https://localhost/x"
            })
    void otherHostsAreNot(String target) {
        assertThat(refusal(target, "93.184.216.34")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.0.1",
                "169.254.169.254",
                "100.64.0.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fec0::1",
                "fc00::1",
                "fdff::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::a00:1",
                "2002:7f00:1::",
                "2002:c0a8:1::"
            })
    void namesThatLeadIntoAPrivateNetworkAreNot(String address) {
        assertThat(refusal("https://cdn.hf.co/x", address)).contains("private network");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "93.184.216.34",
                "172.15.0.1",
                "172.32.0.1",
                "100.63.0.1",
                "100.128.0.1",
                "192.167.0.1",
                "2606:2800:220:1::1",
                "64:ff9b::5db8:d822",
                "2002:5db8:d822::"
            })
    void publicAddressesAre(String address) {
        assertThat(refusal("https://cdn.hf.co/x", address)).isNull();
    }

    @Test
    void everyAddressOfANameCounts() {
        HostRules rules =
                new HostRules(
                        HUB,
                        host ->
                                new InetAddress[] {
                                    InetAddress.getByName("93.184.216.34"),
                                    InetAddress.getByName("10.0.0.1")
                                });
        assertThat(rules.refusal(URI.create("https://cdn.hf.co/x"), false)).isNotNull();
    }

    @Test
    void behindAProxyNamesAreNotResolvedHere() {
        HostRules rules =
                new HostRules(
                        HUB,
                        host -> {
                            throw new UnknownHostException(host);
                        });
        assertThat(rules.refusal(URI.create("https://cdn.hf.co/x"), true)).isNull();
        assertThat(rules.refusal(URI.create("https://cdn.hf.co/x"), false)).isNotNull();
        assertThat(rules.refusal(URI.create("https://evil.org/x"), true)).isNotNull();
    }

    @Test
    void theTokenStaysWithSchemeHostAndPort() {
        HostRules rules = new HostRules(HUB, InetAddress::getAllByName);
        assertThat(rules.sameAuthority(URI.create("https://HuggingFace.co:443/x"))).isTrue();
        assertThat(rules.sameAuthority(URI.create("http://huggingface.co/x"))).isFalse();
        assertThat(rules.sameAuthority(URI.create("https://huggingface.co:444/x"))).isFalse();
        assertThat(rules.sameAuthority(URI.create("https://cdn.huggingface.co/x"))).isFalse();
    }
}
