//! What comes before what.

use super::Draft;
use crate::model::Status;
use crate::plan::Verdict;

impl Draft<'_> {
    /// Draws the edges. Good manners are: that a declared need may be a live one as well, that children of a new parent
    /// are there before the old parent goes, and that what lingers goes last.
    pub(super) fn connect(&mut self) {
        for at in 0..self.spans.len() {
            if let Some((first, _)) = self.spans[at].made {
                self.after_needs(at, first);
            }
            if let Some((gone, with)) = self.goes(at) {
                self.after_users(at, gone, with);
            }
        }
        self.by_stops();
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
    fn after_users(&mut self, at: usize, gone: usize, with: usize) {
        let (mut hard, mut soft) = (Vec::new(), Vec::new());
        let delete_first = self.spans[at].made.is_some() && !self.is_create_first(with);
        let sure = self.web.users[at].iter().map(|user| (*user, true));
        let guessed = self.web.guessed[at].iter().map(|user| (*user, false));
        for (user, sure) in sure.chain(guessed) {
            // Between those that go along with one walker it is the stops that count.
            if !sure && self.go_along(user, at) {
                continue;
            }
            let edges = if sure { &mut hard } else { &mut soft };
            if let Some((user, _)) = self.goes(user) {
                edges.push((user, gone));
            }
            // What shall refer to the new object can change only after the old one made room for it.
            let waits = delete_first && self.web.wants[user].contains(&at);
            let Some((_, made)) = self.spans[user].made.filter(|_| !waits) else {
                continue;
            };
            let anew = self.web.decisions[user].verdict == Verdict::Replace;
            if !anew && self.spans[user].gone.is_none() {
                edges.push((made, gone));
            } else if anew && self.old_goes_with_parent(user) {
                soft.push((made, gone));
            }
        }
        for other in &self.web.outlives[at] {
            if let Some((other, _)) = self.goes(*other) {
                hard.push((other, gone));
            }
        }
        self.edges.extend(hard);
        self.soft.extend(soft);
        self.after_heirs(at, gone);
        self.after_its_block(at, gone);
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
                self.soft.push((made, gone));
            }
        }
    }

    /// What has been replaced goes after the newest is usable, and the oldest first: so what is left after a crash is
    /// still one line of successors. The newest is usable as soon as it is made, whatever changes of it come then.
    fn after_heirs(&mut self, at: usize, gone: usize) {
        if let Some(newest) = self.web.newest(at)
            && let Some((made, _)) = self.spans[newest].made
            && (self.spans[newest].gone.is_none() || self.is_create_first(newest))
            && !self.is_usable(newest)
        {
            self.edges.push((made, gone));
        }
        if let Some(heir) = self.web.heir[at]
            && let Some(heir) = self.spans[heir].gone
        {
            self.edges.push((gone, heir));
        }
    }

    /// Whether it stands, and is only changed.
    fn is_usable(&self, at: usize) -> bool {
        let decision = self.web.decisions[at];
        let live = decision.live.as_ref().map(|live| &live.status);
        matches!(
            decision.verdict,
            Verdict::Update { .. } | Verdict::Adopt { .. }
        ) && matches!(live, Some(Status::Ready))
    }
}
