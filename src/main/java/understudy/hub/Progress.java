package understudy.hub;

/// Who is told how a download goes.
public interface Progress {
    /// Tells nobody.
    Progress NONE =
            new Progress() {
                @Override
                public void say(String line) {}

                @Override
                public void bytes(String file, long done, long total) {}
            };

    /// A step or a change of plan, in a sentence for the person.
    void say(String line);

    /// Called often while a file comes in, and once at its end with `done == total`.
    ///
    /// @param done  bytes that are here, those of an earlier attempt included
    /// @param total bytes of the whole file
    void bytes(String file, long done, long total);
}
