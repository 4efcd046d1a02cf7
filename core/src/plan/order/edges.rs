//! What comes before what.

use super::Draft;
use crate::plan::Verdict;

impl Draft<'_> {
    /// Draws the edges. Those that are only good manners are left out when they make a circle: that a declared need
    /// may be a live one as well, and that children of a new parent are there before the old parent goes.
    pub(super) fn connect(&mut self, strict: bool) {
        for at in 0..self.spans.len() {
            if let Some((first, _)) = self.spans[at].made {
                self.after_needs(at, first);
            }
            if let Some((gone, with)) = self.goes(at) {
                self.after_users(at, gone, with, strict);
            }
        }
        self.by_stops(strict);
        self.edges.retain(|(before, after)| before != after);
        self.edges.sort_unstable();
        self.edges.dedup();
    }

    /// Made after what it needs is made.
    fn after_needs(&mut self, at: usize, first: usize) {
        for need in &self.web.wants[at] {
            if self.goes_by_stops(at, *need) {
                continue;
            }
            if let Some((_, made)) = self.spans[*need].made {
                self.edges.push((made, first));
            }
        }
    }

    /// Removed by step `gone` of `with`, after what needs it is gone or changed.
    fn after_users(&mut self, at: usize, gone: usize, with: usize, strict: bool) {
        let delete_first = self.spans[at].made.is_some() && !self.is_create_first(with);
        let users = self.web.users[at].iter();
        let guessed = self.web.guessed[at].iter().filter(|_| strict);
        for user in users.chain(guessed) {
            if let Some((user, _)) = self.goes(*user) {
                self.edges.push((user, gone));
            }
            // What shall refer to the new object can change only after the old one made room for it.
            let waits = delete_first && self.web.wants[*user].contains(&at);
            if let Some((_, made)) = self.spans[*user].made
                && !waits
                && self.moves_over(*user, strict)
            {
                self.edges.push((made, gone));
            }
        }
        for other in &self.web.outlives[at] {
            if let Some((other, _)) = self.goes(*other) {
                self.edges.push((other, gone));
            }
        }
        self.after_heirs(at, gone);
        if strict {
            self.after_its_block(at, gone);
        }
    }

    /// What lingers goes when the rest of its block gets along without it.
    fn after_its_block(&mut self, at: usize, gone: usize) {
        let web = self.web;
        let lingers = self.tables[at].is_some_and(|table| table.lingers);
        if !lingers || web.decisions[at].verdict != Verdict::Delete {
            return;
        }
        let address = &web.decisions[at].id.address;
        for (other, decision) in web.decisions.iter().enumerate() {
            if let Some((_, made)) = self.spans[other].made
                && decision.id.address == *address
            {
                self.edges.push((made, gone));
            }
        }
    }

    /// What has been replaced goes after the newest is usable, and the oldest first: so what is left after a crash is
    /// still one line of successors.
    fn after_heirs(&mut self, at: usize, gone: usize) {
        if let Some(newest) = self.web.newest(at)
            && let Some((_, made)) = self.spans[newest].made
            && (self.spans[newest].gone.is_none() || self.is_create_first(newest))
        {
            self.edges.push((made, gone));
        }
        if let Some(heir) = self.web.heir[at]
            && let Some(heir) = self.spans[heir].gone
        {
            self.edges.push((gone, heir));
        }
    }

    /// Whether the step that makes it is one after which the old needs are needed no more.
    fn moves_over(&self, at: usize, strict: bool) -> bool {
        match self.web.decisions[at].verdict {
            Verdict::Replace => strict && self.old_goes_with_parent(at),
            _ => self.spans[at].gone.is_none(),
        }
    }
}
