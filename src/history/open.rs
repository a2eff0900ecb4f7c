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
    Aside, Channel, History, NotHistory, NotRead, Source, Wanted, day_of,
    discord_files::Exported,
    entries::{Entries, Root},
    files::{Files, Listed},
    merge::Merge,
    plain_line,
    slack_days::{Day, Days, MAX_BROKEN, Shared},
};

/// The largest `users.json` or `channels.json` that is read: 256 MiB.
const MAX_LIST_BYTES: u64 = 256 << 20;
/// Lists of people: a workspace's, and an Enterprise Grid organisation's.
const PEOPLE: [&str; 2] = ["users.json", "org_users.json"];
/// The folder in which an Enterprise Grid export has its workspaces, each with lists and channels of its own.
const TEAMS: &str = "teams/";
/// How many names of files that are not read are told.
const NOT_READ_TOLD: usize = 20;
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
        let (json, other): (Vec<_>, Vec<_>) = files.listed.iter().partition(|file| has_ending(&file.name, ".json"));
        return if json.is_empty() {
            Err(unknown(&format!("a folder of {} files, none of them JSON", files.listed.len())))
        } else {
            let other = other.into_iter().map(|file| file.name.clone()).collect();
            discord(path, &json, other, files.damage.as_deref(), wanted)
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
        Kind::Object => discord(path, &[&Listed::on_disk(path, about.len())], Vec::new(), None, wanted),
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

/// A file like `general/2019-01-02.json` or `teams/acme/general/2019-01-02.json`: the workspace's folder within the
/// export, the channel's in that, and the day.
fn folder_and_day(file: &Listed) -> Option<(&str, &str, Day)> {
    let (team, rest) = file.name.split_at(team_of(&file.name).len());
    let (folder, name) = rest.split_once('/')?;
    Some((team, folder, Day::new(day_of(name)?, file.clone())))
}

/// `teams/acme/` of a file of that workspace; empty for one of the whole export.
fn team_of(name: &str) -> &str {
    let team = name.strip_prefix(TEAMS).and_then(|rest| rest.split_once('/'));
    team.map_or("", |(team, _)| &name[..=TEAMS.len() + team.len()])
}

/// The workspaces' folders of an export, the export's own first.
fn teams(listed: &[Listed]) -> BTreeSet<String> {
    listed.iter().map(|file| team_of(&file.name).to_owned()).chain([String::new()]).collect()
}

fn is_slack(listed: &[Listed]) -> bool {
    let is_list = |file: &Listed| {
        let name = &file.name[team_of(&file.name).len()..];
        CONVERSATIONS.iter().any(|(list, _)| *list == name)
    };
    listed.iter().any(|file| is_list(file) || folder_and_day(file).is_some())
}

fn slack(path: &Path, mut files: Files, wanted: Wanted) -> Result<History, NotHistory> {
    let mut aside = Aside::default();
    if let Some(damage) = &files.damage {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        aside.broken(&name, None, damage);
    }
    let teams = teams(&files.listed);
    let mut export = slack::export::Export::new(WorkspaceId::new("export"));
    for list in teams.iter().flat_map(|team| PEOPLE.map(|list| format!("{team}{list}"))) {
        read_list(&mut files, &list, &mut aside, |user| export.meet(user));
    }
    for (who, profile) in export.people() {
        aside.meet(who, profile.clone());
    }
    // By workspace and folder.
    let mut ids: BTreeMap<(String, String), ChannelId> = BTreeMap::new();
    let mut private = BTreeSet::new();
    for team in &teams {
        for (list, is_private) in CONVERSATIONS {
            read_list(&mut files, &format!("{team}{list}"), &mut aside, |entry| {
                let (folder, id) = slack::export::channel(entry)?;
                if is_private {
                    private.insert((team.clone(), folder.clone()));
                }
                ids.insert((team.clone(), folder), id);
                Ok(())
            });
        }
    }
    let mut folders: BTreeMap<(String, String), Vec<Day>> = BTreeMap::new();
    let mut not_read = Vec::new();
    for file in &files.listed {
        let name = &file.name[team_of(&file.name).len()..];
        if let Some((team, folder, day)) = folder_and_day(file) {
            folders.entry((team.to_owned(), folder.to_owned())).or_default().push(day);
        } else if !PEOPLE.contains(&name) && !CONVERSATIONS.iter().any(|(list, _)| *list == name) {
            not_read.push(file.name.clone());
        }
    }
    let (left_out, folders): (Vec<_>, Vec<_>) = folders.into_iter().partition(|(folder, _)| {
        private.contains(folder) || is_canvas(&folder.1) || is_private_folder(&folder.1, ids.contains_key(folder))
    });
    let mut named = Vec::new();
    for ((team, folder), mut days) in folders {
        let id = ids.get(&(team.clone(), folder.clone())).cloned().unwrap_or_else(|| ChannelId::new(folder.clone()));
        days.retain(|day| day.may_hold(wanted.from, wanted.to));
        let name = format!("{}{folder}", team.strip_prefix(TEAMS).unwrap_or_default());
        named.push((Channel { place: export.place(&id), name }, Days::new(id, days)));
    }
    let (channels, days) = only_wanted(named, &wanted)?;
    let total_bytes = days.iter().map(Days::bytes).sum();
    let source = Source::Slack(Merge::new(days), Box::new(Shared { files, export, aside }));
    let not_read = NotRead::of(not_read);
    Ok(History { source, channels, wanted, total_bytes, left_out: left_out.len(), not_read, most: None })
}

impl NotRead {
    fn of(mut names: Vec<String>) -> Self {
        let count = names.len();
        names.truncate(NOT_READ_TOLD);
        Self { count, names: names.into_iter().map(|name| plain_line(&name, 120)).collect() }
    }
}

/// The folder of a canvas's comments, `FC:F0123:Title`: no channel that people talk in.
fn is_canvas(folder: &str) -> bool {
    folder.starts_with("FC:")
}

/// A private conversation whose list is missing, told by Slack's way to name its folder.
fn is_private_folder(folder: &str, is_listed: bool) -> bool {
    let is_id = folder.len() >= 9
        && folder.starts_with('D')
        && folder.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    !is_listed && (is_id || folder.starts_with("mpdm-"))
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

fn discord(
    path: &Path,
    files: &[&Listed],
    not_json: Vec<String>,
    damage: Option<&str>,
    wanted: Wanted,
) -> Result<History, NotHistory> {
    let mut aside = Aside::default();
    if let Some(damage) = damage {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        aside.broken(&name, None, damage);
    }
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
    let not_read = NotRead::of(not_json);
    Ok(History {
        source: Source::Discord(Merge::new(exported), aside),
        channels,
        wanted,
        total_bytes,
        left_out,
        not_read,
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
        // Of an Enterprise Grid also without the workspace before it.
        let short = channel.name.rsplit_once('/').map_or(channel.name.as_str(), |(_, short)| short);
        [channel.name.as_str(), short].iter().any(|known| known.eq_ignore_ascii_case(name))
            || channel.place.channel.as_str() == name
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
