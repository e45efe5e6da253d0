//! The wheel of the mouse and of touchpads: some tell a hundred steps for one movement of a finger. What comes too soon after
//! the last step is none.

use std::time::Duration;

use crossterm::event::MouseEventKind;
use tokio::time::Instant;

/// The least time between two steps.
const STEP: Duration = Duration::from_millis(20);

/// When the wheel last made a step.
#[derive(Debug, Default)]
pub(crate) struct Wheel(Option<Instant>);

impl Wheel {
    /// Whether what the mouse did now means anything: pressing does, moving does not, and the wheel does not too soon.
    pub(crate) fn takes(&mut self, kind: MouseEventKind, now: Instant) -> bool {
        match kind {
            MouseEventKind::Down(_) => true,
            MouseEventKind::ScrollUp | MouseEventKind::ScrollDown => {
                let is_due = self.0.is_none_or(|last| now.saturating_duration_since(last) >= STEP);
                if is_due {
                    self.0 = Some(now);
                }
                is_due
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::MouseButton;

    use super::*;

    #[test]
    fn a_storm_of_the_wheel_is_a_few_steps_and_no_click_is_lost() {
        let (mut wheel, began) = (Wheel::default(), Instant::now());
        let mut steps = |millis: std::ops::Range<u64>| {
            millis.filter(|at| wheel.takes(MouseEventKind::ScrollDown, began + Duration::from_millis(*at))).count()
        };
        assert_eq!((steps(0..100), steps(100..101)), (5, 1));
        let now = began + Duration::from_millis(101);
        assert!(!wheel.takes(MouseEventKind::ScrollUp, now), "1 ms after the last step");
        assert!(wheel.takes(MouseEventKind::Down(MouseButton::Left), now));
        assert!(!wheel.takes(MouseEventKind::Moved, now), "a picture for every cell that the pointer crosses");
    }
}
