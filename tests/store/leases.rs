//! What only one may do at a time.

use std::{collections::HashSet, time::Duration};

use kairos::store::Store;

use crate::support::databases::{each_address, each_database};

const LONG: Duration = Duration::from_hours(1);

#[tokio::test]
async fn one_has_it_until_it_gives_it_back_or_its_time_is_over() {
    each_database(|store| async move {
        let take = |holder: &'static str, length| {
            let store = store.clone();
            async move { store.take_lease("deciding", holder, length).await.unwrap() }
        };
        assert_eq!(take("a", LONG).await, Some(1));
        assert_eq!(take("b", LONG).await, None);
        assert_eq!(take("a", LONG).await, Some(1), "who has it keeps it, under the same fence");
        assert!(!store.give_lease_back("deciding", "b").await.unwrap(), "it is not b's to give");
        assert!(store.give_lease_back("deciding", "a").await.unwrap());
        assert_eq!(take("b", Duration::ZERO).await, Some(2), "the fence rises with a new holder");
        assert_eq!(take("a", LONG).await, Some(3), "b's time was over at once, by the database's own clock");
        assert_eq!(store.take_lease("sweeping", "b", LONG).await.unwrap(), Some(1), "one name is not another");
    })
    .await;
}

#[tokio::test]
async fn of_many_who_want_it_at_once_one_gets_it() {
    each_address(|url| async move {
        let stores: Vec<_> = futures_util::future::join_all((0..4).map(|_| Store::open(&url)))
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        for round in 0..20 {
            let name = format!("lease {round}");
            let name = name.as_str();
            let holders = ["a", "b", "c", "d"];
            let tries = stores.iter().zip(holders).map(|(store, holder)| store.take_lease(name, holder, LONG));
            let taken = futures_util::future::join_all(tries).await;
            let fences: HashSet<_> = taken.iter().filter_map(|taken| *taken.as_ref().unwrap()).collect();
            assert_eq!(taken.iter().filter(|taken| taken.as_ref().unwrap().is_some()).count(), 1, "{taken:?}");
            assert_eq!(fences, HashSet::from([1]));
        }
        for store in stores {
            store.close().await;
        }
    })
    .await;
}
