//! Ids that can't be mixed up: one newtype for each kind of thing.

/// Declares string ids, each its own type, that read and write as plain strings.
#[macro_export]
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the id as the platform or the author wrote it.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as it was written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self::new(id)
            }
        }
    )+};
}

id! {
    /// One happening, unique over all platforms and workspaces: adapters prefix it with where it came from.
    EventId;
    /// A message, unique within its channel.
    MessageId;
    /// A channel or a private conversation, unique within its workspace.
    ChannelId;
    /// A Slack workspace, a Discord guild, the playground.
    WorkspaceId;
    /// A person as one platform names them.
    UserId;
    /// A human, whatever their identities.
    PersonId;
    /// What a button or a menu entry carries; opaque to adapters, at most 90 characters, so that an adapter may add its own mark.
    ChoiceId;
    /// What a form carries; opaque to adapters, at most 90 characters, so that an adapter may add its own mark.
    FormId;
    /// One micro-asset of the library.
    AssetId;
    /// A card on its way or arrived.
    DeliveryId;
    /// One practice of one person.
    SessionId;
}
