//! A class and the texts that it is trained on.

use std::sync::Arc;

use crate::{
    EmbeddingCache, Models,
    discriminant::Weighted,
    lexical::{Features, Statistics},
    text::{MEANING, StoredText, Text},
};

/// What a description of the class counts beside a positive.
const DESCRIPTION_WEIGHT: f32 = 0.5;
/// Positives whose similarity counts; one alone may be near by chance.
const NEIGHBOURS: usize = 3;

/// The name of a class: opaque here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(Arc<str>);

impl ClassId {
    /// A class by what its owner calls it.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// What its owner calls it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What one class is trained on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassTexts<'a> {
    /// Texts of the class.
    pub positives: Vec<&'a str>,
    /// Texts that sound alike and are not of the class.
    pub hard_negatives: Vec<&'a str>,
    /// What the class is about, in other words than people use.
    pub descriptions: Vec<&'a str>,
}

/// What a text says of its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Positive,
    Description,
    HardNegative,
}

/// A text with its label.
#[derive(Debug)]
struct LabelledText {
    label: Label,
    text: Box<str>,
    stored: StoredText,
}

/// A class with its texts; models that know the same share it.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) id: ClassId,
    texts: Vec<LabelledText>,
}

impl Class {
    /// Classes with their texts encoded, all together.
    pub(crate) fn all(
        models: &Models,
        classes: &[(ClassId, ClassTexts<'_>)],
        cache: Option<&EmbeddingCache>,
    ) -> Vec<Arc<Self>> {
        let labelled = |(_, texts): &(ClassId, ClassTexts<'_>)| {
            let with = |label: Label, texts: &[&'_ str]| texts.iter().map(|_| label).collect::<Vec<_>>();
            [
                with(Label::Positive, &texts.positives),
                with(Label::HardNegative, &texts.hard_negatives),
                with(Label::Description, &texts.descriptions),
            ]
            .concat()
        };
        let texts: Vec<&str> = classes
            .iter()
            .flat_map(|(_, texts)| [&texts.positives, &texts.hard_negatives, &texts.descriptions])
            .flatten()
            .copied()
            .collect();
        let mut stored = texts.iter().zip(StoredText::all(models, &texts, cache));
        let class = |class: &(ClassId, ClassTexts<'_>)| {
            let labels = labelled(class).into_iter();
            let texts = labels.zip(stored.by_ref());
            let texts = texts.map(|(label, (text, stored))| LabelledText { label, text: (*text).into(), stored });
            Arc::new(Self { id: class.0.clone(), texts: texts.collect() })
        };
        classes.iter().map(class).collect()
    }

    /// What a joint model trains on: the texts, each with its class (0 is "none") and weight, where this is the class `number`.
    pub(crate) fn samples(&self, number: usize) -> impl Iterator<Item = (usize, f32, &StoredText)> {
        self.texts.iter().map(move |text| match text.label {
            Label::Positive => (number, 1.0, &text.stored),
            Label::Description => (number, DESCRIPTION_WEIGHT, &text.stored),
            Label::HardNegative => (0, 1.0, &text.stored),
        })
    }

    /// Its own samples by meaning.
    pub(crate) fn meanings(&self, stage: usize) -> Weighted<Vec<f32>> {
        let own = self.samples(1).filter(|(class, ..)| *class == 1);
        let meaning = |(_, weight, text): (usize, f32, &StoredText)| {
            let mut dense = Vec::new();
            if let Some(embedding) = text.meaning(stage) {
                embedding.append(MEANING.sqrt(), &mut dense);
            }
            (weight, dense)
        };
        own.map(meaning).collect()
    }

    /// Its own samples by wording.
    pub(crate) fn wordings(&self) -> Weighted<Features> {
        let own = self.samples(1).filter(|(class, ..)| *class == 1);
        own.map(|(_, weight, text)| (weight, heaviest(text.wording()))).collect()
    }

    fn positives(&self) -> impl Iterator<Item = &LabelledText> {
        self.texts.iter().filter(|text| text.label == Label::Positive)
    }

    /// The mean cosine of stage 2 with the three nearest positives; 0 where there is none.
    pub(crate) fn k_nearest_similarity(&self, second: &[f32]) -> f32 {
        let mut nearest = [f32::NEG_INFINITY; NEIGHBOURS];
        let mut count = 0;
        for embedding in self.positives().filter_map(|text| text.stored.second.as_ref()) {
            let mut cosine = embedding.dot(second) / MEANING.sqrt();
            count += 1;
            for known in &mut nearest {
                if cosine > *known {
                    std::mem::swap(known, &mut cosine);
                }
            }
        }
        let count = count.min(NEIGHBOURS);
        if count == 0 { 0.0 } else { nearest[..count].iter().sum::<f32>() / count as f32 }
    }

    /// The positive that is most similar.
    pub(crate) fn nearest_positive(&self, text: &Text) -> Option<(&str, f32)> {
        let similar = self.positives().map(|own| (&*own.text, own.stored.similarity(text)));
        similar.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The highest similarity with any text of the class.
    pub(crate) fn similarity(&self, text: &Text) -> f32 {
        self.texts.iter().map(|own| own.stored.similarity(text)).fold(0.0, f32::max)
    }

    /// How many texts it is trained on.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }
}

/// The heaviest features only: the others cost time and tell nothing that could be measured.
pub(crate) fn heaviest(mut features: Features) -> Features {
    if features.len() > Statistics::KEPT {
        features.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        features.truncate(Statistics::KEPT);
        features.sort_unstable_by_key(|(bucket, _)| *bucket);
    }
    features
}
