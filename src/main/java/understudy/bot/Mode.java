package understudy.bot;

/// Whom a bot answers, and whether the owner sees it first.
public enum Mode {
    /// The owner only.
    OWNER,
    /// Others, each answer after the owner's click.
    APPROVE,
    /// The owner, and people whom the owner let in.
    ALLOW
}
