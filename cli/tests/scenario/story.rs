//! A chapter: a stack that is raised, edited and taken down, and the script of what people saw of it.
//!
//! ```ignore
//! fn tell(mut story: Story) {
//!     story.edit("More nodes", &[("max = 3", "max = 5")]).applied();
//!     story.edit("No pool", &[(POOL, "")]).allowing("delete").applied();
//!     story.edit("Another network", &[("10.0", "10.1")]).refused();
//!     story.ends();
//! }
//!
//! #[test]
//! fn on_the_sandbox() {
//!     tell(Story::sandbox("pools", SPEC));
//! }
//!
//! #[test]
//! fn on_moto() {
//!     Story::moto("pools", SPEC).map(tell);
//! }
//! ```
//!
//! The script is compared with `snapshots/NAME.snap`. A run against moto must tell the same story, but for the edits
//! that it leaves out.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::common::{Place, Ran};
use crate::moto_cloud::Moto;

/// A living stack and the script so far.
pub struct Story {
    /// The folder of the spec; with its embedded cloud, unless this is moto.
    pub place: Place,
    /// The spec as it is live.
    pub spec: String,
    name: &'static str,
    moto: Option<Moto>,
    /// One for the start, one for each edit.
    scenes: Vec<String>,
    /// What somebody else has made.
    foreign: Vec<&'static str>,
}

impl Story {
    /// A stack raised in the embedded cloud.
    #[track_caller]
    pub fn sandbox(name: &'static str, spec: &str) -> Self {
        Self::starts(name, spec, None)
    }

    /// The same against moto; `None`, with a word, when it is not installed.
    #[track_caller]
    pub fn moto(name: &'static str, spec: &str) -> Option<Self> {
        let moto = Moto::start();
        if moto.is_none() {
            println!("skipped: moto_server is not installed");
        }
        moto.map(|moto| Self::starts(name, spec, Some(moto)))
    }

    #[track_caller]
    fn starts(name: &'static str, spec: &str, moto: Option<Moto>) -> Self {
        let story = Self {
            place: Place::with(spec),
            spec: spec.to_owned(),
            name,
            moto,
            scenes: vec![format!("# {name}\n{spec}")],
            foreign: Vec::new(),
        };
        if !story.is_moto() {
            story.place.tune(json!({ "duration_scale": 0.0 }));
        }
        story.run(&["apply", "--yes"]).expect(0);
        story.nothing_to_do();
        story
    }

    /// For edits that only the embedded cloud can do.
    pub fn is_moto(&self) -> bool {
        self.moto.is_some()
    }

    /// Runs the binary on this cloud.
    pub fn run(&self, args: &[&str]) -> Ran {
        match &self.moto {
            Some(moto) => moto.run(&self.place, args),
            None => self.place.run(&[args, &["--sandbox"][..]].concat()),
        }
    }

    /// The plan is empty.
    #[track_caller]
    pub fn nothing_to_do(&self) {
        self.run(&["plan", "--detailed-exitcode"]).expect(0);
    }

    /// Begins an edit: what is written for what, each of them once in the spec.
    #[track_caller]
    pub fn edit(&mut self, title: &'static str, changes: &[(&str, &str)]) -> Edit<'_> {
        let mut spec = self.spec.clone();
        for (from, to) in changes {
            assert_eq!(spec.matches(from).count(), 1, "{title}: {from:?} in {spec}");
            spec = spec.replacen(from, to, 1);
        }
        let scene = format!("## {title}\n{}", difference(&self.spec, &spec));
        self.place.write("provision.toml", &spec);
        Edit {
            story: self,
            spec,
            scene,
            allow: None,
            words: Vec::new(),
        }
    }

    /// Somebody else makes a role in the embedded cloud.
    #[track_caller]
    pub fn role(&mut self, name: &'static str) {
        self.place.foreign_role(name);
        self.foreign.push(name);
    }

    /// Runs a command that reads, and keeps what it prints.
    #[track_caller]
    pub fn look(&mut self, title: &'static str, args: &[&str], code: i32) {
        let mut scene = format!("## {title}\n");
        record(&mut scene, args, &self.run(args).expect(code));
        self.scenes.push(scene);
    }

    /// Takes the stack down, and compares the script with the golden one.
    #[track_caller]
    pub fn ends(self) {
        self.run(&["destroy", "--yes"]).expect(0);
        if self.is_moto() {
            return self.agrees();
        }
        let mut left = self.place.objects();
        left.retain(|object| !self.foreign.iter().any(|name| object.id.contains(name)));
        assert!(left.is_empty(), "{left:?}");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(self.name, self.scenes.join("\n")));
    }

    /// moto tells nothing else than the golden script.
    #[track_caller]
    fn agrees(&self) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/snapshots");
        let golden: PathBuf = folder.join(format!("{}.snap", self.name));
        let golden = std::fs::read_to_string(golden).expect("a golden script");
        for scene in &self.scenes {
            assert!(golden.contains(scene.trim_end()), "not golden:\n{scene}");
        }
        if let Some(moto) = &self.moto {
            println!("stood in for: {:?}", moto.stood_in());
        }
    }
}

/// An edit that is about to be tried.
pub struct Edit<'a> {
    story: &'a mut Story,
    spec: String,
    scene: String,
    allow: Option<&'static str>,
    words: Vec<&'static str>,
}

impl Edit<'_> {
    /// It needs consent: `delete`, `replace`. Without it, nothing is done.
    #[must_use]
    pub fn allowing(mut self, allow: &'static str) -> Self {
        self.allow = Some(allow);
        self
    }

    /// More words for `plan` and `apply`: `--rechoose`, `cluster.main`.
    #[must_use]
    pub fn with(mut self, words: &[&'static str]) -> Self {
        self.words.extend(words);
        self
    }

    /// Plan, apply, and an empty plan.
    #[track_caller]
    pub fn applied(mut self) {
        self.planned(0);
        if let Some(allow) = self.allow {
            self.try_apply(None, 1);
            self.try_apply(Some(allow), 0);
        } else {
            self.try_apply(None, 0);
        }
        self.story.nothing_to_do();
        self.story.spec = self.spec;
        self.story.scenes.push(self.scene);
    }

    /// The plan is empty.
    #[track_caller]
    pub fn nothing_new(mut self) {
        self.planned(0);
        self.story.nothing_to_do();
        self.story.spec = self.spec;
        self.story.scenes.push(self.scene);
    }

    /// The plan says why not, apply fails and has done nothing: the spec of before is still what is live.
    #[track_caller]
    pub fn refused(mut self) {
        self.planned(0);
        self.gives_up();
    }

    /// There is no plan: the spec itself is wrong.
    #[track_caller]
    pub fn wrong(mut self) {
        self.planned(1);
        self.gives_up();
    }

    #[track_caller]
    fn gives_up(mut self) {
        // Consent is not what is lacking.
        self.try_apply(Some("delete,replace"), 1);
        self.story.place.write("provision.toml", &self.story.spec);
        self.story.nothing_to_do();
        self.story.scenes.push(self.scene);
    }

    #[track_caller]
    fn planned(&mut self, code: i32) {
        let args = [&["plan"][..], self.words.as_slice()].concat();
        record(&mut self.scene, &args, &self.story.run(&args).expect(code));
    }

    #[track_caller]
    fn try_apply(&mut self, allow: Option<&str>, code: i32) {
        let mut args = [&["apply", "--yes"][..], self.words.as_slice()].concat();
        args.extend(allow.map(|_| "--allow"));
        args.extend(allow);
        let ran = self.story.run(&args).expect(code);
        let last = ran.out.lines().rfind(|line| line.starts_with("Done:"));
        let out = last.map(|line| line.split(" in ").next().unwrap_or_default());
        let said = Ran {
            out: out.map(|out| format!("{out}.\n")).unwrap_or_default(),
            ..ran
        };
        record(&mut self.scene, &args, &said);
    }
}

/// A command and what it said: why not on stderr, when it failed.
fn record(scene: &mut String, args: &[&str], ran: &Ran) {
    *scene += &format!("$ provision {}\n{}", args.join(" "), anonymous(&ran.out));
    if ran.code != 0 {
        *scene += &format!("{}exit {}\n", anonymous(&ran.err), ran.code);
    }
}

/// Lines that went and lines that came.
fn difference(old: &str, new: &str) -> String {
    let only = |sign: &str, these: &str, those: &str| -> String {
        let those: Vec<&str> = those.lines().collect();
        let lines = these.lines().filter(|line| !those.contains(line));
        lines.map(|line| format!("{sign} {line}\n")).collect()
    };
    only("-", old, new) + &only("+", new, old)
}

/// Text without what is another one in every run: the random parts of ids and names.
fn anonymous(text: &str) -> String {
    let inside = |sign: char| sign.is_ascii_alphanumeric();
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(inside) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|sign| !inside(sign)).unwrap_or(from.len()));
        let dashed = out.ends_with('-') || before.ends_with('-');
        out += before;
        out += if random(word, dashed) { "…" } else { word };
        rest = after;
    }
    out + rest
}

/// `vpc-0a1b2c3d4e5f60718`, `shop-web-1a2b3c4d`, a part of a UUID that is long enough to tell.
fn random(word: &str, dashed: bool) -> bool {
    let hex = |sign: u8| sign.is_ascii_digit() || (b'a'..=b'f').contains(&sign);
    let long = (dashed && word.len() >= 8) || word.len() >= 16;
    long && word.bytes().all(hex) && word.bytes().any(|sign| sign.is_ascii_digit())
}

#[test]
fn what_is_random_is_not_told() {
    let text = "vpc-0a1b2c3d4e5f60718 (nat-ip.a) 10.0.0.0/16 hello-main-1a2b3c4d eu-west-1a 2027-03-27 123456789012";
    let told = "vpc-… (nat-ip.a) 10.0.0.0/16 hello-main-… eu-west-1a 2027-03-27 123456789012";
    assert_eq!(anonymous(text), told);
}
