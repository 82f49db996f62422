//! The defences of the shell and the SDK. All of them are always on.

macro_rules! guards {
    ($($(#[doc = $doc:literal])+ $guard:ident = $name:literal,)+) => {
        /// A defence of the shell, or of the SDK within a plugin.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Guard {
            $($(#[doc = $doc])+ $guard,)+
        }
    };
}

guards! {
    /// Refuses requests that come from other sites, by `Host`, `Origin` and what browsers add.
    Gate = "gate",
    /// Ends a program that is on its way when somebody stops the plugin or has something newer.
    GiveUp = "give-up",
    /// Gives up on a plugin that does not greet.
    HelloDeadline = "hello-deadline",
    /// Gives up on an `on_start` or `on_resume` that does not return.
    StartDeadline = "start-deadline",
    /// Kills what does not terminate.
    Kill = "kill",
    /// Refuses the late writes of a generation that was replaced.
    Fence = "fence",
    /// Keeps requests until a plugin that stops for its update has started again.
    Hold = "hold",
    /// Gives a plugin the time to answer what it was asked before its end.
    Lease = "lease",
    /// Gives generations that were replaced no such time when the plugin stops or the shell ends.
    Hurry = "hurry",
    /// Does not build for ever what builds write themselves.
    Echoes = "echoes",
    /// Bounds the channels of a plugin.
    ChannelLimit = "channel-limit",
    /// Bounds the route prefixes of a plugin.
    PrefixLimit = "prefix-limit",
    /// Refuses requests whose `Host` is not ours.
    Host = "host",
    /// Refuses requests whose `Origin` is neither ours nor allowed.
    Origin = "origin",
    /// Refuses what browsers say comes from other sites.
    FetchMetadata = "fetch-metadata",
    /// Refuses paths that two programs could read in two ways.
    Path = "path",
    /// Refuses bytes in which two programs could see two requests.
    Wire = "wire",
    /// Refuses requests to the control API without its token.
    Token = "token",
    /// Refuses allowed origins at the control API.
    ControlOrigin = "control-origin",
    /// Removes what plugins say about other origins.
    Cors = "cors",
    /// Cuts connections that do not send the head of a request.
    HeadDeadline = "head-deadline",
    /// Bounds the number of connections.
    Connections = "connections",
    /// Waits until a config value is on the disk before it says that it is stored.
    StoreSync = "store-sync",
    /// Asks once more whether a config write is allowed when its turn has come.
    StoreFence = "store-fence",
    /// Keeps a second process away from the config store, also while its file changes.
    StoreOwner = "store-owner",
    /// Looks at every page of the config store before it is used.
    StoreCheck = "store-check",
    /// Sets a damaged config store aside, and goes on with the backup.
    StoreRescue = "store-rescue",
    /// Leaves the config store of a newer version alone.
    StoreVersion = "store-version",
    /// Keeps git from fetching what a repository lacks, with programs that the repository names.
    GitFetch = "git-fetch",
    /// Makes whole what a scenario broke, however it ends.
    ScenarioGivesBack = "scenario-gives-back",
    /// Ends a connection with a line that is too long, instead of reading it to its end.
    FrameLimit = "frame-limit",
    /// Reads no further while a side works on as much as it may for the other one.
    Turns = "turns",
    /// Bounds the bytes of the questions that wait for a plugin.
    Questions = "questions",
    /// Bounds the bytes of the events that wait for a slow watcher.
    Backlog = "backlog",
    /// Takes what is too much from whoever has most of it waiting, and not from its neighbours.
    FairBacklog = "fair-backlog",
    /// Bounds the log lines of a plugin in a second.
    LogRate = "log-rate",
    /// Cuts long log lines.
    LogLine = "log-line",
    /// Bounds what waits for a UI that does not read.
    UiSocket = "ui-socket",
    /// Has a plugin's own writes wait for their turn, instead of flooding the shell with them.
    OwnTurns = "own-turns",
    /// Takes nobody for a plugin who does not know the nonce of its start.
    Nonce = "nonce",
    /// Refuses a plugin that speaks another protocol.
    ProtocolVersion = "protocol-version",
    /// Closes a plugin's socket as soon as it has greeted.
    OneConnection = "one-connection",
    /// Listens to so many connections at once that have not greeted, and no more.
    Strangers = "strangers",
    /// Ends what a plugin has started together with it.
    KillGroup = "kill-group",
    /// Ends what has left a plugin's process group as well.
    Escaped = "escaped",
    /// A plugin ends at the end of its standard input, which its host holds open.
    Lifeline = "lifeline",
    /// On Linux the kernel ends a plugin with its parent.
    ParentDeath = "parent-death",
    /// Outlives a shell that is killed, to end what it started.
    Guardian = "guardian",
    /// The next shell ends what a killed one left.
    Leftovers = "leftovers",
    /// Nothing is ended by its number alone.
    StartTime = "start-time",
    /// Ends an upgraded connection on both sides when one hangs up.
    HangUp = "hang-up",
    /// Shows as text what others say, and what a terminal or a CI service would obey.
    PlainText = "plain-text",
}

impl Guard {
    /// Always true.
    #[must_use]
    pub const fn is_on(self) -> bool {
        true
    }
}
