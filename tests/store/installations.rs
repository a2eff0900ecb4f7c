//! Workspaces that installed Kairos by themselves.

use chat::{PlatformKind, WorkspaceId};
use kairos::store::KeptInstallation;

use super::samples::at;
use crate::support::databases::each_database;

fn installed(workspace: &str, sealed: &str, seconds: i64) -> KeptInstallation {
    KeptInstallation {
        platform: PlatformKind::Slack,
        workspace: WorkspaceId::new(workspace),
        name: format!("The \"{workspace}\" & Söhne"),
        sealed: sealed.to_owned(),
        installed_at: at(seconds),
    }
}

#[tokio::test]
async fn each_workspace_has_one_installation_the_newest() {
    each_database(|store| async move {
        let (one, two) = (installed("T1", "a", 1), installed("T2", "b", 2));
        let of = |workspace: &str| WorkspaceId::new(workspace);
        for kept in [&two, &one, &installed("T1", "stale", 0)] {
            store.keep_installation(kept).await.unwrap();
        }
        assert_eq!(store.installations(PlatformKind::Slack).await.unwrap(), [one.clone(), two.clone()]);
        assert_eq!(store.installations(PlatformKind::Discord).await.unwrap(), []);
        assert_eq!(store.installation(PlatformKind::Slack, &of("T2")).await.unwrap(), Some(two));
        assert_eq!(store.installation(PlatformKind::Discord, &of("T2")).await.unwrap(), None);
        let again = installed("T1", "c", 3);
        store.keep_installation(&again).await.unwrap();
        assert_eq!(store.installation(PlatformKind::Slack, &of("T1")).await.unwrap(), Some(again));
    })
    .await;
}

#[tokio::test]
async fn what_comes_late_about_an_older_installation_leaves_the_newer_alone() {
    each_database(|store| async move {
        let (slack, t1) = (PlatformKind::Slack, WorkspaceId::new("T1"));
        let (old, new) = (installed("T1", "a", 1), installed("T1", "b", 5));
        store.keep_installation(&old).await.unwrap();
        assert!(store.reseal_installation(&old, "a, sealed anew").await.unwrap());
        assert!(!store.reseal_installation(&old, "twice").await.unwrap());
        store.keep_installation(&new).await.unwrap();
        assert!(!store.forget_installation(slack, &t1, at(4)).await.unwrap());
        assert_eq!(store.installation(slack, &t1).await.unwrap(), Some(new));
        assert!(store.forget_installation(slack, &t1, at(5)).await.unwrap());
        assert_eq!(store.installation(slack, &t1).await.unwrap(), None);
        assert!(!store.forget_installation(slack, &t1, at(9)).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_known_in_its_workspace_and_goes_with_it() {
    each_database(|store| async move {
        let (slack, t1, t2) = (PlatformKind::Slack, WorkspaceId::new("T1"), WorkspaceId::new("T2"));
        store.keep_installation(&installed("T1", "a", 1)).await.unwrap();
        for team in [&t1, &t2] {
            store.keep_upload(slack, team, "digest", Some("F0"), at(1)).await.unwrap();
            store.keep_upload(slack, team, "digest", Some(&format!("F-{team}")), at(2)).await.unwrap();
        }
        let file = |team: &WorkspaceId| {
            let (store, team) = (store.clone(), team.clone());
            async move { store.upload(slack, &team, "digest").await.unwrap() }
        };
        assert_eq!((file(&t1).await, file(&t2).await), (Some("F-T1".to_owned()), Some("F-T2".to_owned())));
        assert_eq!(store.upload(slack, &t1, "other").await.unwrap(), None);
        store.forget_installation(slack, &t1, at(9)).await.unwrap();
        assert_eq!((file(&t1).await, file(&t2).await), (None, Some("F-T2".to_owned())));
        store.keep_upload(slack, &t2, "digest", None, at(3)).await.unwrap();
        assert_eq!(file(&t2).await, None);
    })
    .await;
}
