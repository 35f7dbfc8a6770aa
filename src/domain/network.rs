//! Addresses of the internet, and what one of them tells of who is behind it.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Where something came from, as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The address: of IPv4 itself, of IPv6 its /64, since that is what one household or phone has.
    pub address: IpNet,
    /// The network around it: of IPv4 its /24, of IPv6 its /48, since that is what one customer is given.
    pub network: IpNet,
}

impl Origin {
    /// Where an address belongs. IPv4 that was written as IPv6 (`::ffff:192.0.2.1`) is IPv4.
    pub fn of(address: IpAddr) -> Self {
        let (around, beyond) = match address.to_canonical() {
            IpAddr::V4(_) => (32, 24),
            IpAddr::V6(_) => (64, 48),
        };
        Self { address: cut(address, around), network: cut(address, beyond) }
    }
}

/// The network of this length in which an address lies.
fn cut(address: IpAddr, length: u8) -> IpNet {
    match address.to_canonical() {
        IpAddr::V4(address) => IpNet::V4(Ipv4Net::new_assert(address, length).trunc()),
        IpAddr::V6(address) => IpNet::V6(Ipv6Net::new_assert(address, length).trunc()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    fn origin(address: &str) -> (String, String) {
        let origin = Origin::of(address.parse().expect("an address"));
        (origin.address.to_string(), origin.network.to_string())
    }

    #[test]
    fn an_address_stands_for_those_who_share_it() {
        let of = |address: &str, network: &str| (address.to_owned(), network.to_owned());
        assert_eq!(origin("192.0.2.77"), of("192.0.2.77/32", "192.0.2.0/24"));
        assert_eq!(origin("::ffff:192.0.2.77"), of("192.0.2.77/32", "192.0.2.0/24"));
        assert_eq!(origin("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::/64", "2001:db8:1::/48"));
    }

    proptest! {
        #[test]
        fn an_address_lies_in_its_network(v4 in any::<u32>(), v6 in any::<u128>()) {
            for address in [IpAddr::V4(Ipv4Addr::from(v4)), IpAddr::V6(Ipv6Addr::from(v6))] {
                let origin = Origin::of(address);
                prop_assert!(origin.address.contains(&address.to_canonical()));
                prop_assert!(origin.network.contains(&origin.address));
                prop_assert_eq!(Origin::of(origin.address.addr()), origin);
            }
        }
    }
}
