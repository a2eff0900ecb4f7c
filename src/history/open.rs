//! Finds out what lies at a path, by its content, and prepares to read it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{BufReader, Read},
    path::Path,
};

use chat::{ChannelId, Unreadable, WorkspaceId};
use serde_json::Value;

use super::{
    Aside, Channel, History, NotHistory, Source, Wanted, day_of,
    discord_files::Exported,
    entries::{Entries, Root},
    files::{Files, Listed},
    merge::Merge,
    plain_line,
    slack_days::{Day, Days, MAX_BROKEN, Shared},
};

/// The largest `users.json` or `channels.json` that is read: 256 MiB.
const MAX_LIST_BYTES: u64 = 256 << 20;
/// The lists of an export's conversations; private ones come last.
const CONVERSATIONS: [(&str, bool); 4] =
    [("channels.json", false), ("groups.json", false), ("mpims.json", true), ("dms.json", true)];

pub(super) fn open(path: &Path, wanted: Wanted) -> Result<History, NotHistory> {
    let about = fs::metadata(path).map_err(|source| NotHistory::unreadable(path, source))?;
    let unknown = |found: &str| NotHistory::Unknown { path: path.to_owned(), found: found.to_owned() };
    if about.is_dir() {
        let files = Files::folder(path)?;
        if is_slack(&files.listed) {
            return slack(path, files, wanted);
        }
        let json: Vec<_> = files.listed.iter().filter(|file| has_ending(&file.name, ".json")).collect();
        return if json.is_empty() {
            Err(unknown(&format!("a folder of {} files, none of them JSON", files.listed.len())))
        } else {
            discord(path, &json, wanted)
        };
    }
    if !about.is_file() {
        return Err(unknown("neither a file nor a folder"));
    }
    let mut head = Vec::new();
    let opened = File::open(path).map_err(|source| NotHistory::unreadable(path, source))?;
    opened.take(512).read_to_end(&mut head).map_err(|source| NotHistory::unreadable(path, source))?;
    match kind_of(&head) {
        Kind::Zip => {
            let files = Files::zip(path)?;
            if is_slack(&files.listed) {
                return slack(path, files, wanted);
            }
            Err(unknown(
                "a zip without days of a Slack channel in it (JSON of DiscordChatExporter is to be unpacked first)",
            ))
        }
        Kind::Object => discord(path, &[&Listed::on_disk(path, about.len())], wanted),
        Kind::Other(found) => Err(unknown(found)),
    }
}

enum Kind {
    Zip,
    Object,
    Other(&'static str),
}

fn kind_of(head: &[u8]) -> Kind {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match (head, text) {
        ([], _) => Kind::Other("an empty file"),
        ([b'P', b'K', 3 | 5, 4 | 6, ..], _) => Kind::Zip,
        ([0x1f, 0x8b, ..], _) => Kind::Other("a gzip archive, to be unpacked first"),
        ([b'7', b'z', 0xbc, 0xaf, ..], _) => Kind::Other("a 7-Zip archive, to be unpacked first"),
        ([b'R', b'a', b'r', b'!', ..], _) => Kind::Other("a RAR archive, to be unpacked first"),
        ([0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..], _) => Kind::Other("UTF-16 text, UTF-8 is needed"),
        (_, [b'{', ..]) => Kind::Object,
        (_, [b'[', ..]) => Kind::Other("a JSON list, like one day of a Slack export; give the whole export"),
        (_, [b'<', ..]) => Kind::Other("an HTML page (DiscordChatExporter writes JSON with `--format Json`)"),
        _ => Kind::Other("a file of another kind"),
    }
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.to_ascii_lowercase().ends_with(ending)
}

/// The folder and the day of a file like `general/2019-01-02.json`.
fn folder_and_day(file: &Listed) -> Option<(&str, Day)> {
    let (folder, name) = file.name.split_once('/')?;
    Some((folder, Day { starts_at: day_of(name)?, file: file.clone() }))
}

fn is_slack(listed: &[Listed]) -> bool {
    listed.iter().any(|file| matches!(file.name.as_str(), "channels.json" | "groups.json" | "dms.json" | "mpims.json"))
        || listed.iter().any(|file| folder_and_day(file).is_some())
}

fn slack(path: &Path, mut files: Files, wanted: Wanted) -> Result<History, NotHistory> {
    let mut aside = Aside::default();
    if let Some(damage) = &files.damage {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        aside.broken(&name, None, damage);
    }
    let mut export = slack::export::Export::new(WorkspaceId::new("export"));
    read_list(&mut files, "users.json", &mut aside, |user| export.meet(user));
    for (who, profile) in export.people() {
        aside.meet(who, profile.clone());
    }
    let mut ids = BTreeMap::new();
    let mut private = BTreeSet::new();
    for (list, is_private) in CONVERSATIONS {
        read_list(&mut files, list, &mut aside, |entry| {
            let (folder, id) = slack::export::channel(entry)?;
            if is_private {
                private.insert(folder.clone());
            }
            ids.insert(folder, id);
            Ok(())
        });
    }
    let mut folders: BTreeMap<String, Vec<Day>> = BTreeMap::new();
    for file in &files.listed {
        if let Some((folder, day)) = folder_and_day(file) {
            folders.entry(folder.to_owned()).or_default().push(day);
        }
    }
    let (left_out, folders): (Vec<_>, Vec<_>) =
        folders.into_iter().partition(|(folder, _)| private.contains(folder) || is_private_folder(folder, &ids));
    let mut named = Vec::new();
    for (folder, mut days) in folders {
        let id = ids.get(&folder).cloned().unwrap_or_else(|| ChannelId::new(folder.clone()));
        days.retain(|day| day.may_hold(wanted.from, wanted.to));
        named.push((Channel { place: export.place(&id), name: folder }, Days::new(id, days)));
    }
    let (channels, days) = only_wanted(named, &wanted)?;
    let total_bytes = days.iter().map(Days::bytes).sum();
    let source = Source::Slack(Merge::new(days), Box::new(Shared { files, export, aside }));
    Ok(History { source, channels, wanted, total_bytes, left_out: left_out.len(), most: None })
}

/// A private conversation whose list is missing, told by Slack's way to name its folder.
fn is_private_folder(folder: &str, ids: &BTreeMap<String, ChannelId>) -> bool {
    let is_id = folder.len() >= 9
        && folder.starts_with('D')
        && folder.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    !ids.contains_key(folder) && (is_id || folder.starts_with("mpdm-"))
}

fn read_list(files: &mut Files, name: &str, aside: &mut Aside, mut take: impl FnMut(&Value) -> Result<(), Unreadable>) {
    let Some(file) = files.listed.iter().find(|file| file.name == name).cloned() else { return };
    let content = files.read(&file, MAX_LIST_BYTES);
    let mut entries = Entries::list(content.bytes.as_slice());
    let mut broken = 0;
    while let Some(entry) = entries.next() {
        let taken = entry.map_err(|flaw| flaw.to_string()).and_then(|entry| take(&entry).map_err(|error| error.0));
        if let Err(reason) = taken {
            aside.broken(name, Some(entries.met()).filter(|met| *met > 0), reason);
            broken += 1;
        }
        if broken >= MAX_BROKEN {
            break;
        }
    }
    if let Some(cut) = content.cut {
        aside.broken(name, None, cut);
    }
}

fn discord(path: &Path, files: &[&Listed], wanted: Wanted) -> Result<History, NotHistory> {
    let mut aside = Aside::default();
    let mut named = Vec::new();
    let mut left_out = 0;
    let mut total_bytes = 0;
    for file in files {
        let Some(on_disk) = file.path() else { continue };
        let (export, offset) = match discord_root(on_disk) {
            Ok(root) => root,
            Err(found) => {
                aside.broken(&file.name, None, format!("no file of DiscordChatExporter: {found}"));
                continue;
            }
        };
        if export.is_direct() {
            left_out += 1;
            continue;
        }
        let channel =
            Channel { place: chat::Place { thread: None, ..export.place().clone() }, name: export.name().into() };
        let mut exported = Exported::new(file.name.clone(), on_disk.to_owned(), export, offset);
        if !exported.begins_with_oldest() {
            return Err(NotHistory::Reversed { file: file.name.clone() });
        }
        total_bytes += file.size;
        named.push((channel, exported));
    }
    if named.is_empty() && left_out == 0 {
        let reason = aside.broken.pop_front().map(|broken| broken.to_string()).unwrap_or_default();
        return Err(NotHistory::Unknown { path: path.to_owned(), found: format!("something else ({reason})") });
    }
    let (channels, exported) = only_wanted(named, &wanted)?;
    Ok(History {
        source: Source::Discord(Merge::new(exported), aside),
        channels,
        wanted,
        total_bytes,
        left_out,
        most: None,
    })
}

/// What a Discord file tells before its messages, and where these begin.
fn discord_root(path: &Path) -> Result<(discord::export::Export, u64), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let root = Root::read(BufReader::new(file), "messages").map_err(|flaw| flaw.to_string())?;
    let offset = root.list_at.ok_or("a JSON object without `messages`")?;
    let export = discord::export::Export::new(&root.fields).map_err(|error| error.0)?;
    Ok((export, offset))
}

/// Keeps the channels that are wanted; each is told once, though several streams may feed it.
fn only_wanted<S>(named: Vec<(Channel, S)>, wanted: &Wanted) -> Result<(Vec<Channel>, Vec<S>), NotHistory> {
    let is = |channel: &Channel, name: &str| {
        let name = name.trim_start_matches('#');
        channel.name.eq_ignore_ascii_case(name) || channel.place.channel.as_str() == name
    };
    for name in &wanted.channels {
        if !named.iter().any(|(channel, _)| is(channel, name)) {
            let known: BTreeSet<_> = named.iter().map(|(channel, _)| plain_line(&channel.name, 80)).collect();
            let known: Vec<_> = known.into_iter().take(30).collect();
            return Err(NotHistory::NoChannel { name: name.clone(), known: known.join(", ") });
        }
    }
    let mut channels: Vec<Channel> = Vec::new();
    let mut streams = Vec::new();
    for (channel, stream) in named {
        if wanted.channels.is_empty() || wanted.channels.iter().any(|name| is(&channel, name)) {
            streams.push(stream);
            if !channels.contains(&channel) {
                channels.push(channel);
            }
        }
    }
    channels.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((channels, streams))
}
