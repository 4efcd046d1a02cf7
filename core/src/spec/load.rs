//! From texts to a spec: parse, variables, shape, overlays, `extends`, completeness, build, cross checks.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::check;
use super::diagnostic::Diagnostic;
use super::places::Places;
use super::shape::{self, shown};
use super::source::{At, Problem, Source, diagnose, nearest};
use super::tree::{self, Data, Node};
use super::types::Spec;
use super::words::{ROOT, Type};
use super::{build, complete, extend, overlay, support, variables};
use crate::contract::Note;
use crate::model::Platform;

/// One file of a spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its name, as diagnostics show it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Everything a spec is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// The files; usually one.
    pub files: Vec<File>,
    /// `--env NAME`.
    pub env: Option<String>,
    /// Values of variables, from `--var`.
    pub vars: BTreeMap<String, String>,
    /// Values of variables from the environment (`PROVISION_VAR_…`): those that are not declared mean nothing.
    pub ambient: BTreeMap<String, String>,
    /// `--set PATH=VALUE`, in order. A value that is not TOML is taken as a string.
    pub sets: Vec<(String, String)>,
    /// `--platform P`: what if every cluster were on it.
    pub platform_override: Option<Platform>,
    /// Also take what no platform can do yet (for estimates and comparisons).
    pub allow_unbuilt: bool,
}

impl Input {
    /// One file and nothing else.
    #[must_use]
    pub fn file(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            files: vec![File {
                name: name.into(),
                text: text.into(),
            }],
            ..Self::default()
        }
    }
}

/// Where something is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, or `--set PATH`.
    pub file: String,
    /// Its bytes.
    pub span: std::ops::Range<usize>,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
}

/// A spec that can be used.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The spec, with variables, overlays and inheritance resolved.
    pub spec: Spec,
    /// Things worth saying, sorted.
    pub notes: Vec<Note>,
    /// Hex SHA-256 over the canonical JSON of the spec: same digest, same wishes.
    pub digest: String,
    pub(super) places: Places,
    pub(super) sources: Vec<Source>,
    pub(super) platform_override: Option<Platform>,
}

impl Loaded {
    /// Where an address or a key below it is written (`cluster.prod.pool.web.nodes`), or the nearest block around it.
    #[must_use]
    pub fn place(&self, path: &str) -> Option<Place> {
        let (spot, _) = self.places.nearest(path)?;
        let source = self.sources.get(spot.value.source)?;
        let (line, column) = source.position(spot.value.start);
        Some(Place {
            file: source.name.clone(),
            span: spot.value.start + source.skipped..spot.value.end + source.skipped,
            line,
            column,
        })
    }

    /// A mistake that the clouds found in what is written at a path: no such object.
    #[must_use]
    pub fn mistake(&self, code: &'static str, path: &str, message: &str) -> Option<Diagnostic> {
        let (spot, _) = self.places.nearest(path)?;
        let problem = Problem::new(code, spot.value, message);
        diagnose(&self.sources, vec![problem]).pop()
    }

    /// The texts of the spec, for diagnostics.
    #[must_use]
    pub fn files(&self) -> Vec<File> {
        let file = |source: &Source| File {
            name: source.name.clone(),
            text: format!(
                "{}{}",
                "\u{feff}".repeat(usize::from(source.skipped > 0)),
                source.text
            ),
        };
        self.sources.iter().map(file).collect()
    }

    /// Every path that is written in the spec, with the bytes of its value and the index of its file among the
    /// input's files (behind them: the `--set`s in order).
    pub fn spans(&self) -> impl Iterator<Item = (&str, usize, std::ops::Range<usize>)> {
        self.places.iter().map(|(path, spot)| {
            let at = spot.value;
            let skipped = self
                .sources
                .get(at.source)
                .map_or(0, |source| source.skipped);
            (
                path.as_str(),
                at.source,
                at.start + skipped..at.end + skipped,
            )
        })
    }
}

/// Platforms that can be planned and applied at the moment.
pub const BUILT: &[Platform] = &[Platform::Gke, Platform::Eks, Platform::Ecs];

/// Reads a spec, or says everything that is wrong with it, sorted by place.
///
/// # Errors
/// All mistakes of the spec, never none.
pub fn load(input: &Input) -> Result<Loaded, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut sources: Vec<Source> = input
        .files
        .iter()
        .map(|file| Source::new(&file.name, &file.text))
        .collect();
    sources.extend(
        input
            .sets
            .iter()
            .map(|(path, value)| set_source(path, value)),
    );
    let merged = merged(&sources, input, &mut problems);
    // Behind broken syntax, a missing key or name would only be its echo.
    let Some(root) = merged else {
        return Err(diagnose(&sources, problems));
    };
    finish(sources, root, input, problems)
}

/// The one tree of all sources, or `None` when the syntax of one is broken.
fn merged(sources: &[Source], input: &Input, problems: &mut Vec<Problem>) -> Option<Node> {
    let mut trees = sources
        .iter()
        .enumerate()
        .map(|(index, source)| tree::parse(source, index, problems))
        .collect::<Vec<_>>();
    let sets = trees.split_off(input.files.len().min(trees.len()));
    let broken = problems.iter().any(|problem| problem.code == "syntax");
    let mut files = trees.into_iter();
    let mut root = files.next().unwrap_or_else(empty);
    for file in files {
        overlay::join(&mut root, file, problems);
    }
    let mut parts: Vec<Node> = std::iter::once(root).chain(sets).collect();
    set_variables(&mut parts, input, problems);
    let before = problems.len();
    for (index, part) in parts.iter_mut().enumerate() {
        if index == 0 {
            shape::check_root(part, problems);
        } else {
            static SET: Type = Type::Overlay;
            shape::check(part, &SET, "--set", problems);
        }
    }
    if broken {
        drop_echoes(sources, problems, before);
        return None;
    }
    Some(lay(parts, input.env.as_deref(), problems))
}

const fn nowhere() -> At {
    At {
        source: 0,
        start: 0,
        end: 0,
    }
}

const fn empty() -> Node {
    Node {
        at: nowhere(),
        data: Data::Table(BTreeMap::new()),
    }
}

/// `--set PATH=VALUE` as a small file.
fn set_source(path: &str, value: &str) -> Source {
    let value = match toml::de::DeValue::parse(value) {
        Ok(_) => value.to_owned(),
        Err(_) => toml::Value::String(value.to_owned()).to_string(),
    };
    Source::new(&format!("--set {path}"), &format!("{path} = {value}"))
}

/// Works out the variables, those of the chosen overlay and of `--set` included, and puts them in everywhere.
fn set_variables(parts: &mut [Node], input: &Input, problems: &mut Vec<Problem>) {
    let mut declared = empty();
    for (index, part) in parts.iter().enumerate() {
        let own = part.get("variables").map(|entry| &entry.node);
        let env = match input.env.as_deref() {
            Some(env) if index == 0 => part
                .get("env")
                .and_then(|entry| entry.node.get(env))
                .and_then(|entry| entry.node.get("variables"))
                .map(|entry| &entry.node),
            _ => None,
        };
        for node in [own, env].into_iter().flatten() {
            overlay::lay_over(&mut declared, node, None);
        }
    }
    let mut given = input.ambient.clone();
    given.retain(|name, _| declared.get(name).is_some());
    given.extend(input.vars.clone());
    let values = variables::values(Some(&declared), &given, nowhere(), problems);
    for part in parts {
        variables::substitute(part, &values, problems);
    }
}

/// Mistakes on a line whose syntax is broken, or on the next one, are echoes of that.
fn drop_echoes(sources: &[Source], problems: &mut Vec<Problem>, from: usize) {
    let line = |at: At| {
        sources
            .get(at.source)
            .map_or(0, |source| source.line(at.start))
    };
    let broken: std::collections::BTreeSet<(usize, usize)> = problems
        .iter()
        .filter(|problem| problem.code == "syntax")
        .flat_map(|problem| {
            let line = line(problem.at);
            [(problem.at.source, line), (problem.at.source, line + 1)]
        })
        .collect();
    let mut index = 0;
    problems.retain(|problem| {
        index += 1;
        let place = (problem.at.source, line(problem.at));
        // What the parser made up to go on has no place.
        let made_up = problem.at.end == 0;
        index <= from || problem.code == "syntax" || !(made_up || broken.contains(&place))
    });
}

/// Lays the chosen overlay and the `--set`s on the file.
fn lay(parts: Vec<Node>, env: Option<&str>, problems: &mut Vec<Problem>) -> Node {
    static FILE: Type = Type::Block(&ROOT);
    let mut parts = parts.into_iter();
    let mut root = parts.next().unwrap_or_else(empty);
    if let Some(env) = env {
        let envs = root.get("env").map(|entry| &entry.node);
        let chosen = envs.and_then(|envs| envs.get(env));
        match chosen.map(|entry| entry.node.clone()) {
            Some(chosen) => overlay::lay_over(&mut root, &chosen, Some(&FILE)),
            None => {
                let problem = unknown_env(env, envs);
                problems.push(problem);
            }
        }
    }
    for set in parts {
        overlay::lay_over(&mut root, &set, Some(&FILE));
    }
    root
}

fn unknown_env(env: &str, envs: Option<&Node>) -> Problem {
    let names = || {
        envs.and_then(Node::table)
            .into_iter()
            .flat_map(|table| table.keys().map(String::as_str))
    };
    let help = match nearest(env, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names().next().is_some() => {
            format!("the file has {}", names().collect::<Vec<_>>().join(", "))
        }
        None => format!("declare [env.{}]", shown(env)),
    };
    let at = envs.map_or(nowhere(), |envs| envs.at);
    let message = format!("there is no [env.{}] in this spec", shown(env));
    Problem::new("unknown-env", at, message)
        .label("the environments of this file")
        .help(help)
}

/// The checks and the build that need the merged tree.
fn finish(
    sources: Vec<Source>,
    mut root: Node,
    input: &Input,
    mut problems: Vec<Problem>,
) -> Result<Loaded, Vec<Diagnostic>> {
    let left = extend::resolve(&mut root, &mut problems);
    complete::check(&root, &mut problems);
    let mut places = Places::of(&root);
    let spec = build::spec(&root, input.env.as_deref(), input.platform_override);
    places.alias_networks(&spec);
    let mut notes = check::run(&spec, &places, input.platform_override, &mut problems);
    notes.extend(left.iter().map(check::note_left));
    let mut loaded = Loaded {
        digest: digest(&spec),
        spec,
        notes,
        places,
        sources,
        platform_override: input.platform_override,
    };
    if !input.allow_unbuilt {
        problems.extend(support::unsupported(&loaded, BUILT));
    }
    loaded.notes.extend(support::notes(&loaded));
    loaded.notes.sort();
    loaded.notes.dedup();
    if problems.is_empty() {
        return Ok(loaded);
    }
    Err(diagnose(&loaded.sources, problems))
}

/// Hex SHA-256 over the JSON of the spec, whose maps are sorted and whose fields have a fixed order.
fn digest(spec: &Spec) -> String {
    let json = serde_json::to_vec(spec).unwrap_or_default();
    let hash = Sha256::digest(json);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
